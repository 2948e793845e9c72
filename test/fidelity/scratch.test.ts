import { test } from "vitest";
import { bytesOfWrites, byRole, experiments, makeupOf, recordedEnd, simulatedEnd } from "./end-state.js";
test("scratch", () => {
  let out = "";
  for (const e of experiments) for (const [rel, v] of [["6.2.1", "6.2"], ["7.0.15", "7.0"]] as const) for (const i of [1, 2, 3]) {
    const rec = recordedEnd(rel, e, i);
    const show = (x: typeof rec, tag: string) => {
      const roles = byRole(x); const m = roles["master"]!;
      const writes = e.name === "manual_failover" ? -1 : m.keys;
      const mk = writes < 0 ? undefined : makeupOf(m.offset - bytesOfWrites(e, writes), Math.floor(x.sinceSentinels / 10000));
      out += `${e.name} ${v} ${tag} ${i} since ${Math.round(x.sinceSentinels)} ${JSON.stringify(mk)} rate ${mk ? (mk.hellos / x.sinceSentinels * 1000).toFixed(4) : ""} second ${m.secondOffset} first ${m.backlogFirst}\n`;
    };
    show(rec, "rec");
    for (const s of [i, i + 3]) show(simulatedEnd(v, e, String(s), rec.sinceSettled), "sim");
  }
  console.log(out);
});

/**
 * The published walkthrough, point by point (test/data/walkthrough/README.md), on one run and, where
 * chance has a say, on many.
 */
import { describe, expect, test } from "vitest";
import { printedBy, runOfLibrary, shownBy } from "../library.js";
import { infoFields, infoShape, recorded } from "./recorded.js";

const walk = runOfLibrary("walkthrough");
const printed = printedBy(walk, "app");
const ip = "192.168.6.86";
const noughts = "0".repeat(40);

function lines(reply: string | undefined): readonly string[] {
  return (reply ?? "").split(/\r?\n/).filter((line) => line !== "");
}

function file(node: string): readonly string[] {
  const { path } = walk.run.plan.nodes.find(({ name }) => name === node)?.config ?? { path: "" };
  return lines(walk.run.file(node, path));
}

/** The promoted replica's port, and that of the other one. */
const master = infoFields(lines(shownBy(walk, "info").at(-1)?.reply))
  .get("slave0")
  ?.includes("6380")
  ? "6381"
  : "6380";
const sibling = master === "6380" ? "6381" : "6380";

describe("step 1, on the master", () => {
  const session = shownBy(walk, "step-1");
  const info = lines(session.at(-1)?.reply);
  const fields = infoFields(info);

  test("authenticates, writes and reads", () => {
    expect(session.slice(0, 3)).toEqual([
      { command: "AUTH 123456", reply: "OK" },
      { command: "SET hello world", reply: "OK" },
      { command: "GET hello", reply: '"world"' },
    ]);
  });

  // genRedisInfoString(), section replication.
  test("INFO replication has the fields of Redis 6.2.1 in their order", () => {
    expect(infoShape(info)).toEqual(infoShape(recorded("info-before.txt")));
  });

  test("lists both replicas online and a history of its own from the first byte on", () => {
    expect(fields.get("role")).toBe("master");
    expect(fields.get("connected_slaves")).toBe("2");
    const replicas = ["slave0", "slave1"].map((slave) => fields.get(slave) ?? "");
    for (const replica of replicas)
      expect(replica).toMatch(/^ip=192\.168\.6\.86,port=638[01],state=online,offset=\d+,lag=[01]$/);
    expect(new Set(replicas.map((replica) => /port=\d+/.exec(replica)?.[0])).size).toBe(2);
    expect(fields.get("master_failover_state")).toBe("no-failover");
    expect(fields.get("master_replid")).toMatch(/^[0-9a-f]{40}$/);
    expect(fields.get("master_replid2")).toBe(noughts);
    expect(fields.get("second_repl_offset")).toBe("-1");
    expect(fields.get("repl_backlog_active")).toBe("1");
    expect(fields.get("repl_backlog_size")).toBe("1048576");
    expect(fields.get("repl_backlog_first_byte_offset")).toBe("1");
    expect(fields.get("repl_backlog_histlen")).toBe(fields.get("master_repl_offset"));
  });
});

describe("step 2, on a replica", () => {
  test("reads what the master has and refuses to write, in Redis's words", () => {
    expect(shownBy(walk, "step-2-read")).toEqual([
      { command: "AUTH 123456", reply: "OK" },
      { command: "KEYS *", reply: '1) "hello"' },
      { command: "GET hello", reply: '"world"' },
      {
        command: "SET hello spring",
        reply: "(error) READONLY You can't write against a read only replica.",
      },
    ]);
  });

  test("reads the master's next write", () => {
    expect(shownBy(walk, "step-2-write").at(-1)).toEqual({
      command: "SET hello tomcat",
      reply: "OK",
    });
    expect(shownBy(walk, "step-2-read-back").at(-1)).toEqual({
      command: "GET hello",
      reply: '"tomcat"',
    });
  });
});

describe("step 3, a few seconds after the Sentinels have started", () => {
  const sentinels = ["26379", "26380", "26381"];
  const myids = new Map(
    sentinels.map((port) => [
      port,
      /^sentinel myid ([0-9a-f]{40})$/m.exec(
        shownBy(walk, "step-3", `s${port}`)[0]?.reply ?? "",
      )?.[1],
    ]),
  );

  // sentinelFlushConfig(), rewriteConfigSentinelOption().
  test.each(sentinels)(
    "sentinel.conf of %s knows both replicas and both other Sentinels",
    (port) => {
      const conf = lines(shownBy(walk, "step-3", `s${port}`)[0]?.reply);
      const others = sentinels.filter((each) => each !== port);

      expect(conf.filter((line) => line.includes("known-replica")).toSorted()).toEqual([
        `sentinel known-replica mymaster ${ip} 6380`,
        `sentinel known-replica mymaster ${ip} 6381`,
      ]);
      expect(conf.filter((line) => line.includes("known-sentinel")).toSorted()).toEqual(
        others.map((each) => `sentinel known-sentinel mymaster ${ip} ${each} ${myids.get(each)}`),
      );
    },
  );
});

describe("step 4, the client", () => {
  test("is told the master and the replicas by the Sentinels", () => {
    expect(printed[0]).toBe(`origin master: ('${ip}', 6379)`);
    expect([
      `origin slave: [('${ip}', 6380), ('${ip}', 6381)]`,
      `origin slave: [('${ip}', 6381), ('${ip}', 6380)]`,
    ]).toContain(printed[1]);
  });

  test("reads through slave_for what it wrote through master_for", () => {
    expect(walk.result.clients[0]?.reads).toEqual({ ok: 1, failed: 0 });
  });
});

describe("step 5, kill -9 of the master after foo17", () => {
  test("every write up to foo17 and from the first success on works, and the ones between fail", () => {
    const outcomes = printed.slice(2, -2);
    const failures = outcomes.filter((line) => line.startsWith("Exception: "));
    const first = 18 + failures.length;

    expect(outcomes).toHaveLength(120);
    expect(outcomes.slice(0, 18)).toEqual(
      Array.from({ length: 18 }, (_, i) => `set foo${i} bar${i}`),
    );
    expect(outcomes.slice(18, first)).toEqual(failures);
    expect(outcomes.slice(first)).toEqual(
      Array.from({ length: 120 - first }, (_, i) => `set foo${first + i} bar${first + i}`),
    );
  });

  test("the failures read as redis-py prints them", () => {
    const recordedErrors = new Set(
      recorded("client.txt")
        .filter((line) => line.includes("Exception: "))
        .map((line) => line.slice(line.indexOf("Exception: ")).replace("127.0.0.1", ip)),
    );
    const errors = printed.filter((line) => line.startsWith("Exception: "));

    for (const error of errors) expect(recordedErrors).toContain(error);
  });
});

describe("step 6, at the end", () => {
  const info = lines(shownBy(walk, "info").at(-1)?.reply);
  const fields = infoFields(info);
  const before = infoFields(lines(shownBy(walk, "step-1").at(-1)?.reply));

  test("the client is told the new master and the replica that is left", () => {
    expect(printed.slice(-2)).toEqual([
      `new master: ('${ip}', ${master})`,
      `new slave: [('${ip}', ${sibling})]`,
    ]);
  });

  test("INFO replication of the new master has the fields of Redis 6.2.1 in their order", () => {
    expect(infoShape(info)).toEqual(infoShape(recorded("info-6380.txt")));
  });

  // shiftReplicationId(): the old history goes on under a second name.
  test("the new master goes on with the old one's history, under a new id", () => {
    expect(fields.get("connected_slaves")).toBe("1");
    expect(fields.get("slave0")).toContain(`port=${sibling},state=online`);
    expect(fields.get("master_replid")).not.toBe(before.get("master_replid"));
    expect(fields.get("master_replid2")).toBe(before.get("master_replid"));
    const second = Number(fields.get("second_repl_offset"));
    expect(second).toBeGreaterThan(Number(before.get("master_repl_offset")));
    expect(second).toBeLessThan(Number(fields.get("master_repl_offset")));
    expect(fields.get("repl_backlog_first_byte_offset")).toBe("1");
    expect(fields.get("repl_backlog_histlen")).toBe(fields.get("master_repl_offset"));
  });

  test("INFO replication of the other replica has the fields of Redis 6.2.1 in their order", () => {
    const set = [`steps.info.command.on=r${sibling}`];
    const shown = lines(shownBy(runOfLibrary("walkthrough", { set }), "info").at(-1)?.reply);

    expect(infoShape(shown)).toEqual(infoShape(recorded("info-6381.txt")));
    const replica = infoFields(shown);
    expect(replica.get("role")).toBe("slave");
    expect(replica.get("master_port")).toBe(master);
    expect(replica.get("master_link_status")).toBe("up");
    expect(replica.get("master_replid")).toBe(fields.get("master_replid"));
    expect(replica.get("second_repl_offset")).toBe(fields.get("second_repl_offset"));
  });
});

describe("step 7, the rewritten files", () => {
  // rewriteConfigSlaveofOption()
  test("the new master's has lost its replicaof line, the other one's names the new master", () => {
    expect(file(`r${master}`).filter((line) => /^replicaof/.test(line))).toEqual([]);
    expect(file(`r${sibling}`).filter((line) => /^replicaof/.test(line))).toEqual([
      `replicaof ${ip} ${master}`,
    ]);
  });

  test.each(["s26379", "s26380", "s26381"])("that of %s monitors the new master", (sentinel) => {
    expect(file(sentinel).filter((line) => line.startsWith("sentinel monitor"))).toEqual([
      `sentinel monitor mymaster ${ip} ${master} 2`,
    ]);
  });

  test("sentinel.conf has the recorded directives in the recorded order", () => {
    // The recording's own file opened with these three, which are at their defaults.
    const own = /(deny-scripts-reconfig|resolve-hostnames|announce-hostnames) /;
    const directives = (conf: readonly string[]) =>
      conf
        .filter((line) => line.startsWith("sentinel ") && !own.test(line))
        .map((line) => line.split(" ").slice(0, 2).join(" "));

    for (const sentinel of ["s26379", "s26380", "s26381"])
      expect(directives(file(sentinel))).toEqual(directives(recorded("sentinel-26379.after.conf")));
  });

  test("sentinel.conf counts one epoch, and keeps the dead master as a replica", () => {
    for (const sentinel of ["s26379", "s26380", "s26381"]) {
      const conf = file(sentinel);
      expect(conf).toContain("sentinel config-epoch mymaster 1");
      expect(conf).toContain("sentinel leader-epoch mymaster 1");
      expect(conf).toContain("sentinel current-epoch 1");
      expect(conf.filter((line) => line.includes("known-replica")).toSorted()).toEqual(
        ["6379", sibling].map((port) => `sentinel known-replica mymaster ${ip} ${port}`).toSorted(),
      );
    }
  });

  test("every other line of the files stands where the user wrote it", () => {
    for (const node of walk.run.plan.nodes) {
      const unquoted = (line: string) => line.replaceAll('"', "");
      const now = file(node.name).map(unquoted);
      const kept = lines(node.config.text)
        .filter((line) => !/^(replicaof|sentinel monitor|dir) /.test(line))
        .map(unquoted);
      expect(now.filter((line) => kept.includes(line))).toEqual(kept);
    }
  });
});

describe("what the Sentinels do", () => {
  const logs = recorded("sentinel-logs.txt");
  /** Which channels a recorded Sentinel used, without those about others' coming and going. */
  const leaders = (channels: readonly string[]) =>
    channels.filter(
      (channel) => !/^[+-](monitor|slave|sentinel|sdown|odown|config-update)/.test(channel),
    );

  // The leader of the recording was alone in trying; where two try at once, as they may, others' votes come in between.
  test("a leader that is alone in trying goes through the recorded events in the recorded order", () => {
    const recordedChannels = logs
      .slice(logs.indexOf("== 26381"))
      .flatMap((line) => /[#*] ([+-][\w-]+)/.exec(line)?.[1] ?? []);
    const alone = Array.from({ length: 8 }, (_, i) => `${i + 1}`)
      .map((seed) => runOfLibrary("walkthrough", { seed }))
      .filter(({ result }) => result.failovers.length === 1);

    expect(alone.length).toBeGreaterThan(3);
    for (const { notes, result } of alone) {
      const channels = notes.flatMap(({ node, note }) =>
        node === result.failovers[0]?.leader && note.kind === "event" && note.level !== "-"
          ? [note.channel]
          : [],
      );
      expect(leaders(channels)).toEqual(leaders(recordedChannels));
    }
  });

  test("every Sentinel tells the switch with the old and the new address", () => {
    const switches = walk.notes.flatMap(({ node, note }) =>
      note.kind === "event" && note.channel === "+switch-master" ? [`${node} ${note.payload}`] : [],
    );

    expect(switches.toSorted()).toEqual(
      ["s26379", "s26380", "s26381"].map((s) => `${s} mymaster ${ip} 6379 ${ip} ${master}`),
    );
  });
});

/** Who takes part in a run: the nodes and clients of a plan, each with its address, in columns. */
import type { Plan } from "../scenario/plan.js";
import { wrap } from "./print.js";

export function castLines(plan: Plan): string[] {
  const rows = [
    ...plan.nodes.map((node) => [
      node.name,
      node.kind === "server" ? "redis-server" : "redis-sentinel",
      `${ipOf(plan, node.host)}:${node.port}`,
      node.config.source,
      ...(node.version === plan.version ? [] : [`Redis ${node.version}`]),
      ...(node.data === undefined ? [] : [`${node.data.keys} keys, ${node.data.bytes} bytes`]),
    ]),
    ...plan.clients.map((client) => [
      client.name,
      `${client.settings.policy.kind} client`,
      ipOf(plan, client.host),
      client.settings.kind === "script" ? "a script" : "",
    ]),
  ];
  const widths = [0, 1, 2].map((column) =>
    rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  );
  return rows.map(([name = "", kind = "", address = "", ...rest]) => {
    const cells = [name, kind, address].map((cell, column) => cell.padEnd(widths[column] ?? 0));
    return wrap(`  ${cells.join("  ")}  `, rest.join(", ")).trimEnd();
  });
}

function ipOf(plan: Plan, host: string): string {
  return plan.hosts.find((each) => each.name === host)?.ips[0] ?? host;
}

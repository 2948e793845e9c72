/** The directives of the configuration files that mean nothing in a simulation, for --verbose. */
import { parseRedisConfig } from "../redis/config/parse-redis-config.js";
import { parseSentinelConfig } from "../redis/config/parse-sentinel-config.js";
import { filesOfNode } from "../scenario/included.js";
import type { Plan, PlanNode } from "../scenario/plan.js";
import { wrap } from "./print.js";

export function ignoredLines(plan: Plan): string[] {
  const width = plan.nodes.reduce((widest, { name }) => Math.max(widest, name.length), 0);
  return plan.nodes.flatMap((node) => {
    const directives = ignoredBy(node);
    return directives.length === 0
      ? []
      : [wrap(`  ${node.name.padEnd(width)}  `, directives.join(", "))];
  });
}

function ignoredBy(node: PlanNode): readonly string[] {
  const parse = node.kind === "sentinel" ? parseSentinelConfig : parseRedisConfig;
  const files = filesOfNode(node.files);
  const { ignored } = parse(node.config, { version: node.version, files });
  return [...new Set(ignored.map(({ directive }) => directive))];
}

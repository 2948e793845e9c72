/** What the configuration files of a plan say, read once: what the laws need to know of it. */
import { parseRedisConfig } from "../redis/config/parse-redis-config.js";
import { parseSentinelConfig } from "../redis/config/parse-sentinel-config.js";
import type { SentinelSettings } from "../redis/config/sentinel-settings.js";
import type { ServerSettings } from "../redis/config/settings.js";
import { filesOfNode } from "../scenario/included.js";
import type { Plan } from "../scenario/plan.js";

export interface Configured {
  /** By node. */
  readonly servers: ReadonlyMap<string, ServerSettings>;
  readonly sentinels: ReadonlyMap<string, SentinelSettings>;
}

export function configured(plan: Plan): Configured {
  const servers = new Map<string, ServerSettings>();
  const sentinels = new Map<string, SentinelSettings>();
  for (const { name, kind, config, version, known, files } of plan.nodes) {
    const options = { version, known, files: filesOfNode(files) };
    if (kind === "server") servers.set(name, parseRedisConfig(config, options).settings);
    else sentinels.set(name, parseSentinelConfig(config, options).sentinel);
  }
  return { servers, sentinels };
}

/**
 * How a redis-server begins (`main()`): its configuration is read from the file on the node's disk,
 * at each boot anew, so that a restart finds what CONFIG REWRITE wrote.
 */
import type { ActorFactory, Context } from "../../kernel/actor.js";
import type { ConfigFile } from "../config/config-file.js";
import { defaultSettings } from "../config/default-settings.js";
import { parseRedisConfig } from "../config/parse-redis-config.js";
import type { ServerSettings } from "../config/settings.js";
import { behaviours, type Version } from "../version.js";
import { ServerProcess } from "./process.js";
import { RedisServer } from "./redis-server.js";

export interface RedisServerOptions {
  readonly version: Version;
  /** Of the configuration file on the node's disk; without one, `settings` or the defaults count. */
  readonly configPath?: string;
  /** Settings of a server that has no file, as on a command line; copied for each boot. */
  readonly settings?: Partial<ServerSettings>;
  /** Where the process is started. */
  readonly directory?: string;
}

/** One redis-server process for each boot of a node. */
export function redisServer(options: RedisServerOptions): ActorFactory {
  return (context) => {
    const behaviour = behaviours[options.version];
    const configFile = configFileOf(context, options.configPath);
    const settings = settingsOf(context, options, configFile);
    return new ServerProcess(context, {
      behaviour,
      settings,
      configFile,
      mode: (process) => new RedisServer(process),
    });
  };
}

function configFileOf(context: Context, path: string | undefined): ConfigFile | undefined {
  if (path === undefined) return undefined;
  const text = context.disk.read(path);
  // A file that is gone is an empty one here: the defaults.
  return { path, text: typeof text === "string" ? text : "" };
}

function settingsOf(
  context: Context,
  options: RedisServerOptions,
  configFile: ConfigFile | undefined,
): ServerSettings {
  const { version, directory } = options;
  if (configFile === undefined) {
    return { ...defaultSettings(version, directory), ...options.settings };
  }
  const readInclude = (path: string): string | undefined => {
    const text = context.disk.read(path);
    return typeof text === "string" ? text : undefined;
  };
  const parse =
    directory === undefined ? { version, readInclude } : { version, directory, readInclude };
  return parseRedisConfig(configFile, parse).settings;
}

/**
 * How a redis-server begins (`main()`): its configuration is read from the file on the node's disk,
 * at each boot anew, so that a restart finds what CONFIG REWRITE wrote.
 */
import type { ActorFactory, Context } from "../../kernel/actor.js";
import type { ConfigFile } from "../config/config-file.js";
import type { ConfigFiles } from "../config/config-files.js";
import { defaultSettings } from "../config/default-settings.js";
import type { KnownFile } from "../config/known-file.js";
import { type ParseOptions, parseRedisConfig } from "../config/parse-redis-config.js";
import { resolvePath } from "../config/path.js";
import type { ServerSettings } from "../config/settings.js";
import { behaviours, type Version } from "../version.js";
import { ServerProcess } from "./process.js";
import { RedisServer } from "./redis-server.js";

/** What a process of either mode knows of how it was started. */
export interface StartOptions {
  readonly version: Version;
  /** Where it is started: what relative paths start from. */
  readonly directory?: string | undefined;
  /** What else was said, as lines of the configuration: on the command line, or on stdin. */
  readonly options?: string | undefined;
  readonly pid?: number | undefined;
  readonly executable?: string | undefined;
  /** What its configuration file said when it was read before. */
  readonly known?: KnownFile | undefined;
}

export interface RedisServerOptions extends StartOptions {
  /** Of the configuration file on the node's disk; without one, `settings` or the defaults count. */
  readonly configPath?: string | undefined;
  /** Settings of a server that has no file, as on a command line; copied for each boot. */
  readonly settings?: Partial<ServerSettings>;
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
      hasOptions: (options.options ?? "") !== "",
      pid: options.pid,
      executable: options.executable,
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
  if (configFile === undefined && options.options === undefined) {
    return { ...defaultSettings(version, directory), ...options.settings };
  }
  return parseRedisConfig(written(configFile, options), parseOptions(context, options)).settings;
}

/** How the text of a configuration is read that a process is started with. */
export function parseOptions(
  { disk }: Context,
  { version, directory, known }: StartOptions,
): ParseOptions {
  const files: ConfigFiles = {
    read: (path) => {
      const text = disk.read(directory === undefined ? path : resolvePath(directory, path));
      return typeof text === "string" ? text : undefined;
    },
    list: (folder) =>
      disk.names(directory === undefined ? folder : `${resolvePath(directory, folder)}/`),
  };
  const options = { version, files, known };
  return directory === undefined ? options : { ...options, directory };
}

/** File, stdin, command line: the last word counts (`loadServerConfig()`). */
export function written(file: ConfigFile | undefined, { options }: StartOptions): ConfigFile {
  if (file !== undefined && options === undefined) return file;
  return { path: file?.path ?? "", text: `${file?.text ?? ""}\n${options ?? ""}` };
}

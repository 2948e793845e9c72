/**
 * A configuration file that was read before. Thousands of runs begin with the same few files, and
 * reading them costs as much as some virtual seconds: each is read once, with the scenario, and a process
 * whose file still has this text, at this version, starts from a copy of what it says.
 */
import type { Version } from "../version.js";
import type { ConfigFile } from "./config-file.js";
import type { ParseOptions } from "./parse-redis-config.js";
import type { SentinelSettings } from "./sentinel-settings.js";
import { copyOf, type ServerSettings } from "./settings.js";

export class KnownFile {
  readonly #text: string;
  readonly #version: Version;
  readonly #settings: ServerSettings;
  readonly #sentinel: SentinelSettings | undefined;

  /** Of a file without mistakes and without `include`, read with the usual directory. */
  constructor(
    text: string,
    version: Version,
    settings: ServerSettings,
    sentinel: SentinelSettings | undefined,
  ) {
    this.#text = text;
    this.#version = version;
    this.#settings = settings;
    this.#sentinel = sentinel;
  }

  /** Does it say what reading this file would? */
  isOf({ text }: ConfigFile, { version, directory }: ParseOptions): boolean {
    return text === this.#text && version === this.#version && directory === undefined;
  }

  /** For whom they may change from now on. */
  settings(): ServerSettings {
    return copyOf(this.#settings);
  }

  /** Of a sentinel.conf; its masters are only read, by whoever makes records of them. */
  sentinel(): SentinelSettings | undefined {
    return this.#sentinel === undefined ? undefined : { ...this.#sentinel };
  }
}

/**
 * A scenario as it was read: every name resolved to something that exists, every text a value, and
 * nothing drawn yet. With a seed it becomes a `Plan`.
 */

import type { Machine } from "../kernel/actor.js";
import type { ClockSettings } from "../kernel/clock.js";
import type { LinkSettings } from "../kernel/fault.js";
import type { HostSettings } from "../kernel/host.js";
import type { Duration } from "../kernel/time.js";
import type { ClientSettings } from "../redis/client/client.js";
import type { KnownFile } from "../redis/config/known-file.js";
import type { Version } from "../redis/version.js";
import type { Action } from "./action.js";
import type { Span } from "./duration.js";
import type { Expectation } from "./expectation.js";
import type { Trigger } from "./trigger.js";

export interface Scenario {
  readonly file: string;
  readonly title: string;
  readonly prose: string;
  readonly version: Version;
  readonly seed: string;
  readonly duration: Duration;
  readonly hosts: readonly ScenarioHost[];
  readonly defaultLink: Partial<LinkSettings>;
  /** By ordered pair of hosts; later ones count. */
  readonly links: readonly ScenarioLink[];
  readonly names: readonly { readonly name: string; readonly ip: string }[];
  readonly nodes: readonly ScenarioNode[];
  readonly clients: readonly ScenarioClient[];
  readonly steps: readonly ScenarioStep[];
  readonly expectations: readonly Expectation[];
}

/** What the kernel needs to know of a machine, and its name. */
export interface ScenarioHost extends HostSettings {
  readonly name: string;
  readonly machine: Partial<Machine>;
  readonly clock: ClockSettings;
  /** It stands for the real programs of a run that is served: on loopback, and at these addresses. */
  readonly reaches?: readonly string[];
}

export interface ScenarioLink {
  readonly from: string;
  readonly to: string;
  readonly settings: Partial<LinkSettings>;
}

export interface ScenarioNode {
  readonly name: string;
  readonly kind: "server" | "sentinel";
  readonly version: Version;
  readonly host: string;
  readonly port: number;
  /** Servers that are meant to have one master together; a Sentinel has those it watches. */
  readonly groups: readonly string[];
  /** On the disk of its host; `source` is where it came from, for messages. */
  readonly config: { readonly path: string; readonly text: string; readonly source: string };
  /** What the file says: it is not read again with each run. */
  readonly known: KnownFile | undefined;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** What a Sentinel may execute. */
  readonly scripts: readonly {
    readonly path: string;
    readonly exit: number;
    readonly takes: Duration;
  }[];
  /** Ballast it starts with. */
  readonly data: { readonly keys: number; readonly bytes: number } | undefined;
  /** Undefined: as the defaults have it. */
  readonly start: Span | undefined;
  readonly restartAfter: Duration | undefined;
}

export interface ScenarioClient {
  readonly name: string;
  readonly host: string;
  /** Its process begins so long after the trigger. */
  readonly start: { readonly trigger: Trigger; readonly wait: Span };
  readonly settings: ClientSettings;
}

export interface ScenarioStep {
  readonly name: string;
  /** `file:line:column`. */
  readonly where: string;
  readonly trigger: Trigger;
  readonly wait: Span;
  /** Undone after so long. */
  readonly lasts: Span | undefined;
  readonly repeat: { readonly times: number; readonly every: Span };
  readonly action: Action;
}

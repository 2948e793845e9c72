/**
 * Sentinel: the mode of a redis-server process that watches masters and fails them over. This file ties
 * its parts to the process; what a Sentinel does is in the files beside it, over one state (state.ts).
 */
import type {
  ActorFactory,
  Address,
  ChildId,
  CloseReason,
  ConnectionId,
} from "../../kernel/actor.js";
import { parseSentinelConfig } from "../config/parse-sentinel-config.js";
import type { SentinelSettings } from "../config/sentinel-settings.js";
import { parseOptions, type StartOptions, written } from "../server/boot.js";
import type { Client } from "../server/client.js";
import type { CommandTable } from "../server/command.js";
import type { InfoSection, Mode, ShutdownOptions } from "../server/mode.js";
import { ServerProcess } from "../server/process.js";
import { behaviours } from "../version.js";
import type { SentinelView } from "../view.js";
import type { Segment, Value } from "../wire/value.js";
import { sentinelCommands } from "./commands.js";
import { event } from "./event.js";
import { flushConfig } from "./flush.js";
import { sentinelSections } from "./info-sections.js";
import { currentMasterAddress } from "./instance.js";
import { flagsText } from "./instance-reply.js";
import { loadMasters } from "./load.js";
import { receive } from "./replies.js";
import { SentinelState } from "./state.js";
import { tick } from "./timer.js";

export interface SentinelOptions extends StartOptions {
  /** Its sentinel.conf on the node's disk, read anew at each boot and rewritten by the Sentinel itself. */
  readonly configPath: string;
}

/** A process of redis-sentinel; one that cannot use its file says why and exits with code 1. */
export function redisSentinel(options: SentinelOptions): ActorFactory {
  return (context) => {
    const { version, configPath: path, pid, executable } = options;
    const behaviour = behaviours[version];
    const content = context.disk.read(path);
    const configFile = { path, text: typeof content === "string" ? content : "" };
    const parsed = parseSentinelConfig(
      written(configFile, options),
      parseOptions(context, options),
    );
    const { settings, sentinel, problems } = parsed;
    const fatal =
      content === undefined
        ? [`Fatal error, can't open config file '${path}': No such file or directory`]
        : problems.map(({ where, what }) => `Reading the configuration file, at ${where}: ${what}`);
    return new ServerProcess(context, {
      settings,
      behaviour,
      configFile,
      pid,
      executable: executable ?? "/usr/local/bin/redis-sentinel",
      mode: (process) => new Sentinel(process, sentinel, fatal),
    });
  };
}

export class Sentinel implements Mode {
  readonly name = "sentinel";
  readonly commands: CommandTable;
  readonly infoSections: readonly InfoSection[];
  readonly state: SentinelState;
  readonly #fatal: readonly string[];

  constructor(process: ServerProcess, settings: SentinelSettings, fatal: readonly string[] = []) {
    this.state = new SentinelState(process, settings);
    this.commands = sentinelCommands(this.state);
    this.infoSections = sentinelSections(this.state);
    this.#fatal = [...fatal, ...loadMasters(this.state)];
  }

  /** `sentinelIsRunning()` */
  started(): void {
    const { state } = this;
    for (const line of this.#fatal) state.process.log("#", line);
    if (this.#fatal.length > 0) {
      state.exit(1);
      return;
    }
    state.myid = state.settings.myid ?? state.context.random.hex(40);
    if (state.settings.myid === undefined) flushConfig(state);
    state.process.log(state.behaviour.from72 ? "*" : "#", `Sentinel ID is ${state.myid}`);
    for (const master of state.masters.records) {
      event(state, "#", "+monitor", master, ` quorum ${master.quorum}`);
      state.noteNames(master);
    }
  }

  cron(): void {
    if (!this.state.exited) tick(this.state);
  }

  cronPeriod(): number {
    return Math.floor(1_000 / this.state.hz);
  }

  received(connection: ConnectionId, payload: Segment): void {
    if (!this.state.exited) receive(this.state, connection, payload);
  }

  opened(connection: ConnectionId, local: Address): void {
    const link = this.state.linkOn(connection);
    if (link?.command === connection) link.localIp = local.ip;
  }

  closed(connection: ConnectionId, _why: CloseReason): void {
    this.state.lost(connection);
  }

  childExited(child: ChildId, code: number): void {
    this.state.scripts.childExited(child, code);
  }

  view(): SentinelView {
    const { state } = this;
    const masters = state.masters.records.map((master) => {
      const { ip, port } = currentMasterAddress(master);
      const { name, configEpoch } = master;
      return { name, ip, port, configEpoch, flags: flagsText(state, master) };
    });
    return { kind: "sentinel", id: state.myid, epoch: state.currentEpoch, masters };
  }

  /** A Sentinel has nothing to save and nobody to wait for. */
  shutdown(_client: Client, _options: ShutdownOptions): Value | undefined {
    this.terminated();
    return undefined;
  }

  terminated(): void {
    const { state } = this;
    state.process.log("#", "User requested shutdown...");
    state.process.log("#", "Sentinel is now ready to exit, bye bye...");
    state.exit(0);
  }

  /** Everything that a Sentinel answers it answers at once. */
  refuse(): undefined {
    return undefined;
  }

  beforeSleep(): void {}
  afterWrites(): void {}
  drained(): void {}
  fired(): void {}
  executed(): void {}
  clientGone(): void {}
}

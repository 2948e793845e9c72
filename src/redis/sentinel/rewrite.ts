/**
 * The lines of sentinel.conf that hold a Sentinel's state (`rewriteConfigSentinelOption()`), put in place
 * of the old ones behind the process's own options.
 */
import type { LateText } from "../../kernel/disk.js";
import type { Rewrite } from "../config/rewrite.js";
import { rewriteServerOptions } from "../config/rewrite-server.js";
import { sentinelDefaults } from "../config/sentinel-settings.js";
import { StandingLines } from "../config/standing-lines.js";
import { quote } from "../wire/text.js";
import type { Instance } from "./instance.js";
import { knownReplica, MasterLines, rebootOption } from "./master-lines.js";
import type { SentinelState } from "./state.js";

/** Puts the new lines in place of the old ones. */
export function rewriteConfig(state: SentinelState, old: string | LateText): Rewrite {
  const { version } = state.behaviour;
  const lines = state.file.begin(old);
  rewriteServerOptions(lines, state.process.settings, undefined, version);
  rewriteState(state, lines);
  return lines;
}

function rewriteState(state: SentinelState, lines: Rewrite): void {
  const { settings } = state;
  line(lines, "sentinel myid", state.myid);
  const { denyScriptsReconfig, resolveHostnames, announceHostnames } = sentinelDefaults;
  yesNo(lines, "sentinel deny-scripts-reconfig", settings.denyScriptsReconfig, denyScriptsReconfig);
  yesNo(lines, "sentinel resolve-hostnames", settings.resolveHostnames, resolveHostnames);
  yesNo(lines, "sentinel announce-hostnames", settings.announceHostnames, announceHostnames);
  rewriteMasters(state, lines);
  line(lines, "sentinel current-epoch", `${state.currentEpoch}`);
  const { announceIp, announcePort, sentinelUser, sentinelPass } = settings;
  const quotedIp = announceIp === undefined ? undefined : quote(announceIp);
  lineIf(lines, "sentinel announce-ip", quotedIp);
  lineIf(lines, "sentinel announce-port", announcePort === 0 ? undefined : `${announcePort}`);
  lineIf(lines, "sentinel sentinel-user", sentinelUser);
  lineIf(lines, "sentinel sentinel-pass", sentinelPass);
  // What is at its default or gone leaves no line behind.
  for (const option of masterOptions) lines.markProcessed(option);
  if (state.behaviour.from70) lines.markProcessed(rebootOption);
}

const masterOptions = [
  "sentinel monitor",
  "sentinel down-after-milliseconds",
  "sentinel failover-timeout",
  "sentinel parallel-syncs",
  "sentinel notification-script",
  "sentinel client-reconfig-script",
  "sentinel auth-pass",
  "sentinel auth-user",
  "sentinel config-epoch",
  "sentinel leader-epoch",
  "sentinel known-replica",
  "sentinel known-sentinel",
  "sentinel rename-command",
] as const;

/** What is said of most masters was said the last time. */
function rewriteMasters(state: SentinelState, lines: Rewrite): void {
  const { records } = state.masters;
  const changes: [number, MasterLines][] = [];
  for (let i = 0; i < records.length; i++) {
    const master = records[i] as Instance;
    if (master.written?.isOf(state, master) === true) continue;
    master.written = new MasterLines(state, master);
    changes.push([i, master.written]);
  }
  if (lines.repeat(records, changes)) return;
  const blocks: MasterLines[] = [];
  // From 7.2 on a replica takes the place of a `known-slave` line, if there is one.
  const hasSlaves = state.behaviour.from72 && lines.mentions(knownSlave);
  for (const { written } of records) {
    if (written === undefined) continue;
    blocks.push(written);
    for (const { option, text, isReadable } of written.lines) {
      if (hasSlaves && option === knownReplica && lines.line(knownSlave, text, false, isReadable))
        continue;
      lines.line(option, text, true, isReadable);
    }
  }
  if (!hasSlaves) lines.stand(new StandingLines(records, blocks));
}

const knownSlave = "sentinel known-slave";

function line(lines: Rewrite, option: string, text: string): void {
  lines.line(option, `${option} ${text}`, true);
}

function lineIf(lines: Rewrite, option: string, text: string | undefined): void {
  if (text === undefined) lines.markProcessed(option);
  else line(lines, option, text);
}

function yesNo(lines: Rewrite, option: string, value: boolean, byDefault: boolean): void {
  lines.line(option, `${option} ${value ? "yes" : "no"}`, value !== byDefault);
}

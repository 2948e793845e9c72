/**
 * The lines of sentinel.conf that hold a Sentinel's state (`rewriteConfigSentinelOption()`), put in place
 * of the old ones behind the process's own options.
 */
import { Rewrite } from "../config/rewrite.js";
import { rewriteServerOptions } from "../config/rewrite-server.js";
import { sentinelDefaults } from "../config/sentinel-settings.js";
import { quote } from "../wire/text.js";
import { currentMasterAddress, type Instance } from "./instance.js";
import type { SentinelState } from "./state.js";

/** The new text of the file. */
export function rewriteConfig(state: SentinelState, old: string): string {
  const { version } = state.behaviour;
  const lines = new Rewrite(old, { version, isSentinel: true });
  rewriteServerOptions(lines, state.process.settings, undefined, version);
  rewriteState(state, lines);
  return lines.content();
}

function rewriteState(state: SentinelState, lines: Rewrite): void {
  const { settings } = state;
  line(lines, "myid", state.myid);
  const { denyScriptsReconfig, resolveHostnames, announceHostnames } = sentinelDefaults;
  yesNo(lines, "deny-scripts-reconfig", settings.denyScriptsReconfig, denyScriptsReconfig);
  yesNo(lines, "resolve-hostnames", settings.resolveHostnames, resolveHostnames);
  yesNo(lines, "announce-hostnames", settings.announceHostnames, announceHostnames);
  for (const master of state.masters.records) rewriteMaster(state, lines, master);
  line(lines, "current-epoch", `${state.currentEpoch}`);
  const { announceIp, announcePort, sentinelUser, sentinelPass } = settings;
  lineIf(lines, "announce-ip", announceIp === undefined ? undefined : quote(announceIp));
  lineIf(lines, "announce-port", announcePort === 0 ? undefined : `${announcePort}`);
  lineIf(lines, "sentinel-user", sentinelUser);
  lineIf(lines, "sentinel-pass", sentinelPass);
  // What is at its default or gone leaves no line behind.
  for (const option of masterOptions) lines.markProcessed(`sentinel ${option}`);
  if (state.behaviour.from70) lines.markProcessed("sentinel master-reboot-down-after-period");
}

const masterOptions = [
  "monitor",
  "down-after-milliseconds",
  "failover-timeout",
  "parallel-syncs",
  "notification-script",
  "client-reconfig-script",
  "auth-pass",
  "auth-user",
  "config-epoch",
  "leader-epoch",
  "known-replica",
  "known-sentinel",
  "rename-command",
] as const;

function rewriteMaster(state: SentinelState, lines: Rewrite, master: Instance): void {
  const { addresses, timing } = state;
  const { name } = master;
  const present = currentMasterAddress(master);
  const write = (option: string, value: string | number): void =>
    line(lines, option, `${name} ${value}`);
  const unlessDefault = (option: string, value: number, usual: number): void => {
    if (value !== usual) write(option, value);
  };
  const ifSet = (option: string, value: string | undefined): void => {
    if (value !== undefined) write(option, value);
  };

  write("monitor", `${addresses.text(present)} ${present.port} ${master.quorum}`);
  unlessDefault("down-after-milliseconds", master.downAfter, timing.defaultDownAfter);
  unlessDefault("failover-timeout", master.failoverTimeout, timing.defaultFailoverTimeout);
  unlessDefault("parallel-syncs", master.parallelSyncs, sentinelDefaults.parallelSyncs);
  ifSet("notification-script", master.notificationScript);
  ifSet("client-reconfig-script", master.clientReconfigScript);
  ifSet("auth-pass", master.authPass);
  ifSet("auth-user", master.authUser);
  unlessDefault("master-reboot-down-after-period", master.masterRebootDownAfter, 0);
  write("config-epoch", master.configEpoch);
  write("leader-epoch", master.leaderEpoch);
  for (const { address } of master.replicas.records) {
    // The promoted replica is written as the master already; the old master takes its place here.
    const at = addresses.equal(address, present) ? master.address : address;
    knownReplica(state, lines, `${name} ${addresses.text(at)} ${at.port}`);
  }
  for (const { address, runId } of master.sentinels.records) {
    if (runId === undefined) continue;
    write("known-sentinel", `${addresses.text(address)} ${address.port} ${runId}`);
  }
  for (const [command, renamed] of master.requests.renamed) {
    write("rename-command", `${command} ${renamed}`);
  }
}

/** From 7.2 on it takes the place of a `known-slave` line, if there is one. */
function knownReplica(state: SentinelState, lines: Rewrite, text: string): void {
  const written = `sentinel known-replica ${text}`;
  if (state.behaviour.from72 && lines.line("sentinel known-slave", written, false)) return;
  lines.line("sentinel known-replica", written, true);
}

function line(lines: Rewrite, option: string, text: string): void {
  lines.line(`sentinel ${option}`, `sentinel ${option} ${text}`, true);
}

function lineIf(lines: Rewrite, option: string, text: string | undefined): void {
  if (text === undefined) lines.markProcessed(`sentinel ${option}`);
  else line(lines, option, text);
}

function yesNo(lines: Rewrite, option: string, value: boolean, byDefault: boolean): void {
  const text = `sentinel ${option} ${value ? "yes" : "no"}`;
  lines.line(`sentinel ${option}`, text, value !== byDefault);
}

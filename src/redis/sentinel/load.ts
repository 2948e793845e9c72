/**
 * The records that the configuration file asks for (`loadSentinelConfigFromQueue()`): the masters, and
 * what an earlier life knew of their replicas and Sentinels. Only epochs come back with them; whom this
 * Sentinel voted for, flags, roles and offsets are forgotten.
 */
import type { MonitoredMaster } from "../config/sentinel-settings.js";
import type { Instance } from "./instance.js";
import { scriptAt } from "./script-file.js";
import type { CreateError, SentinelState } from "./state.js";

/** Redis's own words for each line that cannot be; none when all is well. */
export function loadMasters(state: SentinelState): readonly string[] {
  const errors: string[] = [];
  for (const configured of state.settings.masters.values()) {
    const { name, host, port, quorum, renamedCommands } = configured;
    const master = state.createMaster(name, host, port, quorum, renamedCommands);
    if (typeof master === "string") {
      errors.push(describe(master, "Duplicate master name."));
      continue;
    }
    configure(master, configured);
    errors.push(...checkScripts(state, configured));
    errors.push(...loadKnown(state, master, configured));
  }
  return errors;
}

function configure(master: Instance, configured: MonitoredMaster): void {
  master.downAfter = configured.downAfter;
  master.failoverTimeout = configured.failoverTimeout;
  master.parallelSyncs = configured.parallelSyncs;
  master.notificationScript = configured.notificationScript;
  master.clientReconfigScript = configured.clientReconfigScript;
  master.authPass = configured.authPass;
  master.authUser = configured.authUser;
  master.masterRebootDownAfter = configured.masterRebootDownAfter;
  master.configEpoch = configured.configEpoch;
  master.leaderEpoch = configured.leaderEpoch;
}

/** access(X_OK) */
function checkScripts(state: SentinelState, configured: MonitoredMaster): readonly string[] {
  const { notificationScript, clientReconfigScript } = configured;
  const errors: string[] = [];
  if (
    notificationScript !== undefined &&
    scriptAt(state.process, notificationScript) === undefined
  ) {
    errors.push("Notification script seems non existing or non executable.");
  }
  if (
    clientReconfigScript !== undefined &&
    scriptAt(state.process, clientReconfigScript) === undefined
  ) {
    errors.push("Client reconfiguration script seems non existing or non executable.");
  }
  return errors;
}

function loadKnown(
  state: SentinelState,
  master: Instance,
  configured: MonitoredMaster,
): readonly string[] {
  const errors: string[] = [];
  for (const { ip, port } of configured.knownReplicas) {
    const replica = state.createReplica(master, ip, port);
    if (typeof replica !== "string") continue;
    errors.push(describe(replica, "Duplicate hostname and port for replica."));
  }
  for (const { ip, port, runId } of configured.knownSentinels) {
    const sentinel = state.createSentinel(master, runId, ip, port);
    if (typeof sentinel === "string") {
      errors.push(describe(sentinel, "Duplicate runid for sentinel."));
      continue;
    }
    sentinel.runId = runId;
    state.shareLink(sentinel);
  }
  return errors;
}

/** `sentinelCheckCreateInstanceErrors()` */
function describe(why: CreateError, duplicate: string): string {
  switch (why) {
    case "duplicate":
      return duplicate;
    case "badPort":
      return "Invalid port number.";
    case "unresolved":
      return "Can't resolve instance hostname.";
  }
}

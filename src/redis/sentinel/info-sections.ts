/**
 * INFO of a Sentinel (`sentinelInfoCommand()`): four sections that it shares with a data server, in an
 * order that changed with 7.0, and its own.
 */
import type { InfoSection } from "../server/mode.js";
import {
  clientsText,
  cpuText,
  noDataset,
  section,
  serverText,
  statsText,
} from "../server/redis-info.js";
import { flag, type Instance } from "./instance.js";
import type { SentinelState } from "./state.js";

export function sentinelSections(state: SentinelState): readonly InfoSection[] {
  const { process, behaviour } = state;
  const server = section(
    "Server",
    serverText(process, () => state.hz),
  );
  const clients = section(
    "Clients",
    clientsText(process, () => 0),
  );
  const stats = section("Stats", statsText(process, noDataset));
  const cpu = section("CPU", () => cpuText);
  const own = section("Sentinel", () => text(state));
  return behaviour.from70 ? [server, clients, stats, cpu, own] : [server, clients, cpu, stats, own];
}

function text(state: SentinelState): string {
  const { masters } = state;
  const failures = (state.crashAfterElection ? 1 : 0) | (state.crashAfterPromotion ? 2 : 0);
  const lines = [`sentinel_masters:${masters.size}`, `sentinel_tilt:${state.tilt ? 1 : 0}`];
  if (state.behaviour.from70) {
    const since = state.tilt ? Math.floor((state.now() - state.tiltStart) / 1_000) : -1;
    lines.push(`sentinel_tilt_since_seconds:${since}`);
  }
  lines.push(
    `sentinel_running_scripts:${state.scripts.running}`,
    `sentinel_scripts_queue_length:${state.scripts.jobs.length}`,
    `sentinel_simulate_failure_flags:${failures}`,
  );
  masters.records.forEach((master, i) => {
    lines.push(`master${i}:${describe(state, master)}`);
  });
  return `${lines.join("\r\n")}\r\n`;
}

function describe(state: SentinelState, master: Instance): string {
  const { address, replicas, sentinels } = master;
  let status = "ok";
  if (master.is(flag.objectivelyDown)) status = "odown";
  else if (master.is(flag.subjectivelyDown)) status = "sdown";
  const where = `${state.addresses.text(address)}:${address.port}`;
  const counts = `slaves=${replicas.size},sentinels=${sentinels.size + 1}`;
  return `name=${master.name},status=${status},address=${where},${counts}`;
}

/**
 * The lines of sentinel.conf about one master, and what they were made of. A Sentinel of a thousand
 * masters writes its whole file with everything it learns of any of them; only the lines about that one
 * are made anew.
 */
import { readsAs } from "../config/rewrite.js";
import { sentinelDefaults } from "../config/sentinel-settings.js";
import type { Block, Line } from "../config/standing-lines.js";
import type { SentinelAddress } from "./address.js";
import { currentMasterAddress, type Instance } from "./instance.js";
import type { FixedRequests } from "./requests.js";
import type { SentinelState } from "./state.js";

export const rebootOption = "sentinel master-reboot-down-after-period";
export const knownReplica = "sentinel known-replica";

export class MasterLines implements Block {
  readonly lines: readonly Line[];
  // What they were made of: values, and objects that are replaced when they change.
  readonly #announcesHostnames: boolean;
  readonly #present: SentinelAddress;
  readonly #address: SentinelAddress;
  readonly #requests: FixedRequests;
  readonly #values: readonly (number | string | undefined)[];
  readonly #others: readonly (SentinelAddress | string | undefined)[];

  constructor(state: SentinelState, master: Instance) {
    this.lines = linesOf(state, master);
    this.#announcesHostnames = state.settings.announceHostnames;
    this.#present = currentMasterAddress(master);
    this.#address = master.address;
    this.#requests = master.requests.fixed;
    this.#values = [
      master.configEpoch,
      master.leaderEpoch,
      master.quorum,
      master.downAfter,
      master.failoverTimeout,
      master.parallelSyncs,
      master.masterRebootDownAfter,
      master.notificationScript,
      master.clientReconfigScript,
      master.authPass,
      master.authUser,
      state.timing.defaultDownAfter,
      state.timing.defaultFailoverTimeout,
    ];
    const others: (SentinelAddress | string | undefined)[] = [];
    for (const { address } of master.replicas.records) others.push(address);
    for (const { address, runId } of master.sentinels.records) others.push(address, runId);
    this.#others = others;
  }

  /** Would they be made the same way again? */
  isOf(state: SentinelState, master: Instance): boolean {
    const values = this.#values;
    return (
      this.#address === master.address &&
      this.#present === currentMasterAddress(master) &&
      this.#requests === master.requests.fixed &&
      this.#announcesHostnames === state.settings.announceHostnames &&
      values[0] === master.configEpoch &&
      values[1] === master.leaderEpoch &&
      values[2] === master.quorum &&
      values[3] === master.downAfter &&
      values[4] === master.failoverTimeout &&
      values[5] === master.parallelSyncs &&
      values[6] === master.masterRebootDownAfter &&
      values[7] === master.notificationScript &&
      values[8] === master.clientReconfigScript &&
      values[9] === master.authPass &&
      values[10] === master.authUser &&
      values[11] === state.timing.defaultDownAfter &&
      values[12] === state.timing.defaultFailoverTimeout &&
      this.#knowsTheSame(master)
    );
  }

  #knowsTheSame({ replicas, sentinels }: Instance): boolean {
    const others = this.#others;
    if (others.length !== replicas.size + 2 * sentinels.size) return false;
    let i = 0;
    for (const { address } of replicas.records) if (others[i++] !== address) return false;
    for (const { address, runId } of sentinels.records)
      if (others[i++] !== address || others[i++] !== runId) return false;
    return true;
  }
}

function linesOf(state: SentinelState, master: Instance): readonly Line[] {
  const { addresses, timing } = state;
  const { name } = master;
  const present = currentMasterAddress(master);
  const lines: Line[] = [];
  const write = (option: string, value: string | number): void => {
    const text = `${option} ${name} ${value}`;
    lines.push({ option, text, isReadable: readsAs(option, text) });
  };
  const unlessDefault = (option: string, value: number, usual: number): void => {
    if (value !== usual) write(option, value);
  };
  const ifSet = (option: string, value: string | undefined): void => {
    if (value !== undefined) write(option, value);
  };

  write("sentinel monitor", `${addresses.text(present)} ${present.port} ${master.quorum}`);
  unlessDefault("sentinel down-after-milliseconds", master.downAfter, timing.defaultDownAfter);
  unlessDefault("sentinel failover-timeout", master.failoverTimeout, timing.defaultFailoverTimeout);
  unlessDefault("sentinel parallel-syncs", master.parallelSyncs, sentinelDefaults.parallelSyncs);
  ifSet("sentinel notification-script", master.notificationScript);
  ifSet("sentinel client-reconfig-script", master.clientReconfigScript);
  ifSet("sentinel auth-pass", master.authPass);
  ifSet("sentinel auth-user", master.authUser);
  unlessDefault(rebootOption, master.masterRebootDownAfter, 0);
  write("sentinel config-epoch", master.configEpoch);
  write("sentinel leader-epoch", master.leaderEpoch);
  for (const { address } of master.replicas.records) {
    // The promoted replica is written as the master already; the old master takes its place here.
    const at = addresses.equal(address, present) ? master.address : address;
    write(knownReplica, `${addresses.text(at)} ${at.port}`);
  }
  for (const { address, runId } of master.sentinels.records) {
    if (runId === undefined) continue;
    write("sentinel known-sentinel", `${addresses.text(address)} ${address.port} ${runId}`);
  }
  for (const [command, renamed] of master.requests.renamed) {
    write("sentinel rename-command", `${command} ${renamed}`);
  }
  return lines;
}

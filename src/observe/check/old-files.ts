/**
 * The nodes that may start from a file older than what they told: a disk of theirs was wiped, or full at
 * some time, so that a file could not be written (`sentinelFlushConfig()` only logs that).
 */
import type { RunRecord } from "../../kernel/record.js";
import type { Folded } from "../fold.js";
import type { Cluster } from "./law.js";

export class OldFiles {
  static readonly folds: readonly Folded[] = ["fault"];
  readonly #cluster: Cluster;
  readonly #hosts = new Set<string>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  record(record: RunRecord): void {
    if (record.kind !== "fault") return;
    const { fault } = record;
    if (fault.kind === "wipeDisk" || fault.kind === "fillDisk") this.#hosts.add(fault.host);
  }

  mayBeOf(node: string): boolean {
    return this.#hosts.has(this.#cluster.hosts.get(node) ?? node);
  }
}

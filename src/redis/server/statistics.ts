/** Counters that INFO shows and CONFIG RESETSTAT zeroes (`resetServerStats()`). */
export class Statistics {
  connections = 0;
  commands = 0;
  rejectedConnections = 0;
  inputBytes = 0;
  outputBytes = 0;
  replicationInputBytes = 0;
  replicationOutputBytes = 0;
  reads = 0;
  writes = 0;
  syncFull = 0;
  syncPartialOk = 0;
  syncPartialError = 0;
  forks = 0;
  /** How long the last fork blocked, in microseconds. */
  lastForkMicroseconds = 0;
  errorReplies = 0;
  /** Replies with an error to our own master, or to a replica. */
  unexpectedErrorReplies = 0;
  /** How often a client was denied what it asked for (`ACLUpdateInfoMetrics()`), and never reset. */
  readonly denied = { auth: 0, command: 0, key: 0, channel: 0 };
  /** Times through the event loop (`durationAddSample()`). */
  cycles = 0;
  /** How often each error code was sent, for INFO errorstats. */
  readonly errors = new Map<string, number>();

  readonly rates = new Rates();

  countError(text: string): void {
    this.errorReplies++;
    const space = text.indexOf(" ");
    const code = space === -1 ? text : text.slice(0, space);
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  /** Every 100 ms (`trackInstantaneousMetric()`). */
  sample(now: number): void {
    this.rates.sample(now, this.commands, this.inputBytes, this.outputBytes);
  }

  reset(): void {
    this.connections = 0;
    this.commands = 0;
    this.rejectedConnections = 0;
    this.inputBytes = 0;
    this.outputBytes = 0;
    this.replicationInputBytes = 0;
    this.replicationOutputBytes = 0;
    this.reads = 0;
    this.writes = 0;
    this.syncFull = 0;
    this.syncPartialOk = 0;
    this.syncPartialError = 0;
    this.forks = 0;
    this.lastForkMicroseconds = 0;
    this.errorReplies = 0;
    this.unexpectedErrorReplies = 0;
    this.cycles = 0;
    this.errors.clear();
    this.rates.reset();
  }
}

/** `STATS_METRIC_SAMPLES` */
const sampleCount = 16;
/** A sample is its time in Unix milliseconds, 0 for one not yet taken, and what the three counters showed. */
const sampleSize = 4;

/**
 * How fast counters grow, a second: the mean of the rates between the last samples. A sample is taken
 * with every cron, and somebody asks every ten seconds: so it is written down as it is, and divided
 * only for who asks.
 */
class Rates {
  /** A rate lies between two samples, so there is one more of them. */
  readonly #samples = new Float64Array((sampleCount + 1) * sampleSize);
  #next = 0;

  sample(now: number, operations: number, input: number, output: number): void {
    const samples = this.#samples;
    const at = this.#next;
    samples[at] = now;
    samples[at + 1] = operations;
    samples[at + 2] = input;
    samples[at + 3] = output;
    this.#next = at + sampleSize === samples.length ? 0 : at + sampleSize;
  }

  get operations(): number {
    return this.#mean(1);
  }

  get input(): number {
    return this.#mean(2);
  }

  get output(): number {
    return this.#mean(3);
  }

  #mean(counter: number): number {
    const samples = this.#samples;
    let sum = 0;
    let before = this.#next;
    for (let i = 0; i < sampleCount; i++) {
      const at = before + sampleSize === samples.length ? 0 : before + sampleSize;
      const from = samples[before] as number;
      const time = (samples[at] as number) - from;
      if (from > 0 && time > 0) {
        const grown = (samples[at + counter] as number) - (samples[before + counter] as number);
        sum += Math.floor((grown * 1_000) / time);
      }
      before = at;
    }
    return Math.floor(sum / sampleCount);
  }

  reset(): void {
    this.#samples.fill(0);
    this.#next = 0;
  }
}

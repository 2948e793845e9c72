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
  /** How often each error code was sent, for INFO errorstats. */
  readonly errors = new Map<string, number>();

  /** Commands counted at the last two samples, which instantaneous_ops_per_sec is made of. */
  readonly operations = new RateOverTime();
  readonly input = new RateOverTime();
  readonly output = new RateOverTime();

  countError(text: string): void {
    this.errorReplies++;
    const space = text.indexOf(" ");
    const code = space === -1 ? text : text.slice(0, space);
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  /** Every 100 ms (`trackInstantaneousMetric()`). */
  sample(now: number): void {
    this.operations.sample(now, this.commands);
    this.input.sample(now, this.inputBytes);
    this.output.sample(now, this.outputBytes);
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
    this.errors.clear();
    this.operations.reset();
    this.input.reset();
    this.output.reset();
  }
}

/** How fast a counter grows: the mean of its last sixteen samples (`STATS_METRIC_SAMPLES`). */
class RateOverTime {
  readonly #samples = new Array<number>(16).fill(0);
  #next = 0;
  #lastTime = 0;
  #lastCount = 0;

  sample(now: number, count: number): void {
    const time = now - this.#lastTime;
    const rate = time > 0 ? Math.floor(((count - this.#lastCount) * 1_000) / time) : 0;
    this.#samples[this.#next] = this.#lastTime === 0 ? 0 : rate;
    this.#next = (this.#next + 1) % 16;
    this.#lastTime = now;
    this.#lastCount = count;
  }

  /** A second, on average. */
  get rate(): number {
    let sum = 0;
    for (let i = 0; i < 16; i++) sum += this.#samples[i] as number;
    return Math.floor(sum / 16);
  }

  reset(): void {
    this.#samples.fill(0);
    this.#next = 0;
    this.#lastTime = 0;
    this.#lastCount = 0;
  }
}

/**
 * How a data server ends: SHUTDOWN and SIGTERM (`prepareForShutdown()`, `finishShutdown()`).
 *
 * From 7.0 on it waits for replicas that lag behind, with writes paused, up to shutdown-timeout.
 */
import { error, type Value } from "../wire/value.js";
import type { Client } from "./client.js";
import type { ShutdownOptions } from "./mode.js";
import type { RedisServer } from "./redis-server.js";
import type { ShutdownSignal } from "./signals.js";

const plain: ShutdownOptions = { save: false, nosave: false, now: false, force: false };
const failed = error("ERR Errors trying to SHUTDOWN. Check logs.");

export class Shutdown {
  /** `exit()` has been called: the rest of this serverCron does not take place. */
  hasEnded = false;
  readonly #server: RedisServer;
  /** Under way: until when replicas are waited for, in Unix milliseconds. */
  #deadline: number | undefined;
  #options = plain;
  /** Who sent SHUTDOWN and waits. */
  #waiting: Client[] = [];

  constructor(server: RedisServer) {
    this.#server = server;
  }

  /** Milliseconds left, as INFO's shutdown_in_milliseconds tells; undefined: none is under way. */
  get remaining(): number | undefined {
    if (this.#deadline === undefined) return undefined;
    return this.#deadline - this.#server.process.mstime;
  }

  command(client: Client, options: ShutdownOptions): Value | undefined {
    const { process } = this.#server;
    if (this.#deadline !== undefined) {
      this.#wait(client);
      return undefined;
    }
    switch (this.#prepare(options)) {
      case "ended":
        return undefined;
      case "failed":
        return failed;
      default:
        process.log("*", "Waiting for replicas before shutting down.");
        this.#wait(client);
        return undefined;
    }
  }

  /** SIGTERM or SIGINT, in the next serverCron. */
  terminated(signal: ShutdownSignal): void {
    const { process, settings } = this.#server;
    if (this.#deadline !== undefined) return;
    const { shutdownOnSigint, shutdownOnSigterm } = settings;
    const asked = (signal === "INT" ? shutdownOnSigint : shutdownOnSigterm).split(" ");
    const outcome = this.#prepare({
      save: asked.includes("save"),
      nosave: asked.includes("nosave"),
      now: asked.includes("now"),
      force: asked.includes("force"),
    });
    if (outcome === "waiting") process.log("*", "Waiting for replicas before shutting down.");
    if (outcome === "failed") {
      process.signals.forget();
      process.log(
        "#",
        "SIGTERM received but errors trying to shut down the server, check the logs for more information",
      );
    }
  }

  cron(): void {
    if (this.#deadline === undefined) return;
    if (this.#server.process.mstime < this.#deadline && !this.#isReady()) return;
    if (!this.#finish()) this.#cancel(failed);
  }

  /** SHUTDOWN ABORT (`abortShutdown()`). */
  abort(): boolean {
    if (this.#deadline === undefined) return false;
    this.#server.process.log("*", "Shutdown manually aborted.");
    this.#cancel(failed);
    return true;
  }

  clientGone(client: Client): void {
    if (this.#waiting.length > 0) {
      this.#waiting = this.#waiting.filter((other) => other !== client);
    }
  }

  #prepare(options: ShutdownOptions): "ended" | "failed" | "waiting" {
    const { process, settings, behaviour, replication, loading } = this.#server;
    this.#options = loading ? { ...options, save: false, nosave: true } : options;
    process.log(behaviour.formerWarning, "User requested shutdown...");
    if (
      behaviour.gracefulShutdown &&
      !options.now &&
      settings.shutdownTimeout !== 0 &&
      !this.#isReady()
    ) {
      this.#deadline = process.mstime + settings.shutdownTimeout * 1_000;
      if (!process.arePaused()) replication.requestAcks();
      process.pauseClients("shutdown", "write", Number.MAX_SAFE_INTEGER);
      return "waiting";
    }
    return this.#finish() ? "ended" : "failed";
  }

  #isReady(): boolean {
    const { replication } = this.#server;
    return replication.replicasInSync === replication.connectedReplicas;
  }

  /** False when the dataset cannot be saved: the server lives on. */
  #finish(): boolean {
    const { process, settings, behaviour, persistence, replication, context } = this.#server;
    const { save, nosave, force } = this.#options;
    if (behaviour.gracefulShutdown) replication.logSync();
    if (persistence.child === "rdbDisk" || persistence.child === "rdbSocket") {
      process.log("#", "There is a child saving an .rdb. Killing it!");
      persistence.killRdbChild();
    }
    if (!this.#endAof(force)) return false;
    if ((settings.save.length > 0 && !nosave) || save) {
      process.log("*", "Saving the final RDB snapshot before exiting.");
      if (!persistence.save()) {
        if (!force) {
          process.log("#", "Error trying to save the DB, can't exit.");
          return this.#fail();
        }
        process.log("#", "Error trying to save the DB. Exit anyway.");
      }
    }
    process.log("#", "Redis is now ready to exit, bye bye...");
    this.hasEnded = true;
    context.exit(0);
    return true;
  }

  /** A rewrite is killed, for the file that there is has everything; false while there is none yet. */
  #endAof(force: boolean): boolean {
    const { process, persistence } = this.#server;
    const { aof } = persistence;
    if (persistence.child === "aof") {
      if (aof.state === "waitRewrite" && !force) {
        process.log("#", "Writing initial AOF, can't exit.");
        return this.#fail();
      }
      if (aof.state === "waitRewrite") process.log("#", "Writing initial AOF. Exit anyway.");
      process.log("#", "There is a child rewriting the AOF. Killing it!");
      persistence.killAofChild();
    }
    if (aof.state === "off") return true;
    process.log("*", "Calling fsync() on the AOF file.");
    aof.flush();
    aof.sync();
    return true;
  }

  #fail(): false {
    const { process, behaviour } = this.#server;
    if (behaviour.from70) {
      process.log(
        "#",
        "Errors trying to shut down the server. Check the logs for more information.",
      );
    }
    return false;
  }

  #wait(client: Client): void {
    this.#server.process.block(client, { kind: "shutdown" });
    this.#waiting.push(client);
  }

  /** `cancelShutdown()` */
  #cancel(reply: Value): void {
    const { process } = this.#server;
    this.#deadline = undefined;
    process.signals.forget();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const client of waiting) process.unblock(client, reply);
    process.unpauseClients("shutdown");
  }
}

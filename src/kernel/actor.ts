/**
 * The contract between the kernel and a node: closed lists of what can happen to a node and of what
 * it can do. There is no other way in or out: no callbacks, no promises, no clock, no chance.
 *
 * The kernel hands a node its inputs in iterations, as Redis's event loop would: each ready
 * connection once, in the order in which they became ready, at most 16 KiB of each; then the due
 * timers, once; then `settled`, the node's beforeSleep. What the node sent leaves after that, one
 * segment a connection, once the time it was busy has passed. Payloads are read whole: one that is
 * longer than 16 KiB is read alone.
 */
import type { RandomStream } from "./random.js";
import type { Duration } from "./time.js";

declare const connectionId: unique symbol;
declare const timerId: unique symbol;
declare const childId: unique symbol;

/**
 * A node's own end of a connection: a small number like a file descriptor, the lowest free one, so
 * that a node can keep its connections in an array. It is free again once the node has closed it or
 * was told `closed`.
 */
export type ConnectionId = number & { readonly [connectionId]: true };
export type TimerId = number & { readonly [timerId]: true };
export type ChildId = number & { readonly [childId]: true };

export interface Address {
  /** As text; never a name. */
  readonly ip: string;
  readonly port: number;
}

/**
 * What travels on a connection. The kernel knows only its length in bytes, and how to cut it where a
 * part of it means something by itself. Never changed once sent or received.
 */
export interface Payload {
  readonly length: number;
  /** The first `bytes` (0 < bytes < length) and the rest. Absent: delivered whole, with its last byte. */
  split?(bytes: number): readonly [Payload, Payload];
}

/**
 * Why a connection is gone: `fin` the peer closed it in order, `reset` it was torn down (RST),
 * `refused` nobody listens or a firewall rejects, `unreachable` no route to host, `timeout` TCP gave up.
 */
export type CloseReason = "fin" | "reset" | "refused" | "unreachable" | "timeout";

/** How a connection ends that was never made, or that it is made. */
export type DialAnswer = "accepted" | "refused" | "unreachable" | "timeout";

export type Input =
  /** The process begins; nothing is listening, no connection exists. */
  | { readonly kind: "started" }
  /** The connection this node asked for is established. */
  | {
      readonly kind: "opened";
      readonly connection: ConnectionId;
      readonly local: Address;
      readonly peer: Address;
    }
  /** Somebody connected to a port this node listens on. */
  | {
      readonly kind: "accepted";
      readonly connection: ConnectionId;
      readonly local: Address;
      readonly peer: Address;
    }
  | { readonly kind: "received"; readonly connection: ConnectionId; readonly payload: Payload }
  /**
   * To a process that listens to strangers: somebody connects to an address that no host of the world
   * has. Nothing is agreed before `answer`.
   */
  | {
      readonly kind: "dialled";
      readonly connection: ConnectionId;
      readonly local: Address;
      readonly peer: Address;
    }
  /** Gone by the peer's or the network's doing; never told for a connection the node closed itself. */
  | { readonly kind: "closed"; readonly connection: ConnectionId; readonly why: CloseReason }
  /** All that was sent on a connection with something unsent has been taken by the socket. */
  | { readonly kind: "drained"; readonly connection: ConnectionId }
  | { readonly kind: "fired"; readonly timer: TimerId }
  /** `code` as waitpid would tell: the exit code, or the negative number of the signal that killed it. */
  | { readonly kind: "childExited"; readonly child: ChildId; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: "TERM" | "INT" }
  /** The end of the iteration: the node's beforeSleep. */
  | { readonly kind: "settled" };

/**
 * A node: one object for each boot, made by its factory with the node's context. What must outlive a
 * crash is on the disk. Inputs are the kernel's and may be reused: read them, never keep them.
 */
export interface Actor {
  handle(input: Input): void;
  /** What a person may look at from outside: pure, never part of the run. */
  inspect?(): unknown;
}

export type ActorFactory = (context: Context) => Actor;

/**
 * What a node says about itself, the counterpart of a log line: write-only, folded into the
 * fingerprint field by field in the order in which they are written, and shown to observers. Keep
 * notes off the paths that every step takes.
 */
export interface Note {
  readonly kind: string;
  readonly [field: string]: string | number | boolean | undefined;
}

/** How fast a machine is. All of it is a host's setting; the defaults fit the recordings. */
export interface Machine {
  /** Time one ordinary command takes. */
  readonly command: Duration;
  /** How long fork() blocks the parent, for each GiB of memory in use. */
  readonly forkPerGiB: Duration;
  /** What one process serialises, parses or frees a second, in bytes: BGSAVE, load, flush. */
  readonly saveBytesPerSecond: number;
  readonly loadBytesPerSecond: number;
  readonly flushBytesPerSecond: number;
  /** Least time a child process takes from fork to exit. */
  readonly childMin: Duration;
  readonly childMax: Duration;
}

/** A file that a child writes. */
export interface ChildFile {
  readonly path: string;
  readonly content: unknown;
  readonly bytes: number;
  /** What it is renamed to once it is on the disk; undefined: it stays what it is. */
  readonly becomes?: string;
}

export interface ChildOptions {
  /** Its exit code, 0 unless told otherwise. */
  readonly code?: number;
  /** Written as it ends, whether its parent still lives or not; where the disk is full it exits with 1. */
  readonly file?: ChildFile;
  /** The command line of a program of the real machine: it ends when that does. */
  readonly program?: readonly string[];
  /** It is its parent once more, connections and all; else it runs another program, and has none. */
  readonly isImage?: boolean;
}

/** What survives the process. Paths are the host's; contents are opaque to the kernel. */
export interface Disk {
  /** Why the last `write` or `rename` that answered false did: errno, as strerror() puts it. */
  readonly error: string;
  /** The content last written, or undefined: no such file. */
  read(path: string): unknown;
  /** The very content that was written: a `LateText` stays one. */
  peek(path: string): unknown;
  /** Can a write or a rename fail as things stand? */
  readonly mayRefuse: boolean;
  size(path: string): number;
  /** Is it a program of the real machine? */
  canExecute(path: string): boolean;
  /**
   * Replaces the file. It is in the page cache, safe from a crash of the process but not from a power
   * loss, until `sync`. Answers false, and changes nothing, when the disk is full. Takes no time:
   * a background child writes for free; a node that writes itself is `busy` for `transferTime`.
   */
  write(path: string, content: unknown, bytes: number): boolean;
  /** fsync: the node is busy for as long as the disk takes, unless a child or a thread of it does it. */
  sync(path: string, inBackground?: boolean): void;
  /** Atomic; an existing target is replaced. Needs the source to exist. False, and nothing changes: `error`. */
  rename(from: string, to: string): boolean;
  remove(path: string): void;
  /** Paths that begin with `prefix`, sorted by code unit. */
  list(prefix: string): readonly string[];
  /** The names in a folder, whose path ends in a slash; those of folders end in one too. Sorted. */
  names(folder: string): readonly string[];
  /** How long the disk takes to write (or read) so many bytes. */
  transferTime(bytes: number): Duration;
}

/** One for each node and boot. */
export interface Context {
  /** The node's name in the scenario. */
  readonly self: string;
  /** 0 for the first process of this node, one more at each restart. */
  readonly boot: number;
  /** This node's and boot's own stream. */
  readonly random: RandomStream;
  readonly disk: Disk;
  readonly machine: Machine;
  /** The host's first address. */
  readonly ip: string;

  /** The node's wall clock: whole milliseconds since 1970, with what it was busy in this iteration. */
  now(): number;
  /** The same in microseconds. */
  nowMicroseconds(): number;
  /** Microseconds of the host's monotonic clock: unmoved by jumps of the wall clock. */
  monotonic(): number;

  /** False when the port is taken on this host. Before it, connecting is refused. */
  listen(port: number): boolean;
  /** Takes every connection to an address that its host stands for (`HostSettings.standsFor`); false: it stands for none. */
  listenForStrangers(): boolean;
  /** What becomes of a connection that was `dialled`: taken, and then `accepted` follows, or not. */
  answer(connection: ConnectionId, how: DialAnswer): void;
  /** getaddrinfo, which blocks the caller: the node is busy for as long as it takes. An ip answers itself. */
  resolve(name: string): string | undefined;
  /**
   * Begins to connect; `opened` or `closed` follows, never in this call. `from` is bind(2): an address
   * instead of the one that the kernel would choose.
   */
  connect(to: Address, from?: Address): ConnectionId;
  /** Queues a payload; it leaves with the iteration, in order, behind what was sent before. */
  send(connection: ConnectionId, payload: Payload): void;
  /**
   * Ends a connection. `fin`: the socket first takes what was sent, this iteration's included, as far
   * as its window allows, and the end follows behind it in order; what it does not take is lost. RST
   * instead if input lies unread. `discard`: the same, but what the socket has not taken yet, and so all
   * that was sent in this iteration, is lost. `reset`: at once, and nothing more is taken.
   */
  close(connection: ConnectionId, how?: "fin" | "discard" | "reset"): void;
  /** Bytes sent but not yet taken by the socket, this iteration's included: the process's own output buffer. */
  unsent(connection: ConnectionId): number;

  /** Makes a timer, disarmed; once per boot and use. The name is for the trace. */
  timer(name: string): TimerId;
  /** Sets it off once, `delay` after now; replaces what was armed. Runs on the monotonic clock. */
  arm(timer: TimerId, delay: Duration): void;
  disarm(timer: TimerId): void;

  /** Would fork() succeed? Not where the machine has no memory for another process. */
  canFork(): boolean;
  /** Forks a child that works for so long and then exits. It outlives its parent, but not its machine. */
  spawn(name: string, work: Duration, options?: ChildOptions): ChildId;
  /** The child dies of a signal (10 is SIGUSR1, 9 SIGKILL); `childExited` follows. */
  kill(child: ChildId, signal: number): void;

  /** The node does nothing else for so long; what it sends in this iteration leaves later by as much. */
  busy(time: Duration): void;
  /**
   * The process ends with this exit code once its busy time has passed; nothing more is handed to it.
   * What it sent before is offered to the sockets first.
   */
  exit(code: number): void;
  note(note: Note): void;
}

/**
 * What the nodes say about themselves: the closed list of notes that observers, selectors and laws
 * read. Each is a plain object; the kernel folds its fields into the fingerprint in this order.
 */

export type RedisNote =
  /**
   * What a subscriber of this Sentinel would receive (`sentinelEvent`). Its log has the same as a line
   * `<channel> <payload>` at this level; there is no `log` note beside it.
   */
  | {
      readonly kind: "event";
      readonly level: "-" | "*" | "#";
      readonly channel: string;
      readonly payload: string;
      /** The name of the master it is about, also where the payload has none (votes, epochs). */
      readonly master: string | undefined;
    }
  /** A line of the node's own log, without the date; level is one of Redis's marks `.` `-` `*` `#`. */
  | { readonly kind: "log"; readonly level: "." | "-" | "*" | "#"; readonly text: string }
  /** A server's role, at start and at each change. `master` is `host:port` for a replica. */
  | {
      readonly kind: "role";
      readonly role: "master" | "replica";
      readonly ip: string;
      readonly port: number;
      readonly replicationId: string;
      readonly offset: number;
      readonly master: string | undefined;
    }
  /** A replica's link with its master came up or went down. */
  | {
      readonly kind: "link";
      readonly up: boolean;
      readonly master: string;
      readonly offset: number;
    }
  /**
   * Where a server stands in which history, whenever that changes by anything but the stream: it began
   * a history of its own, loaded one at boot, was promoted, or was granted a resync. `digest` is that of
   * all commands up to `offset` (`History.digest`), undefined behind a dataset from outside.
   */
  | {
      readonly kind: "history";
      readonly how: "new" | "loaded" | "promoted" | "full" | "partial";
      readonly replicationId: string;
      readonly offset: number;
      readonly digest: number | undefined;
    }
  /** A point of its present history that a server reached: at every 2 KiB of the stream, and when it acknowledges. */
  | { readonly kind: "stands"; readonly offset: number; readonly digest: number }
  /**
   * A master that stands at `to` lets a replica (`ip:port` as it announced itself) go on `from` this
   * offset with so many `bytes`; `digest` is that of all before `from`, undefined inside of a command.
   */
  | {
      readonly kind: "granted";
      readonly replica: string;
      readonly from: number;
      readonly to: number;
      readonly bytes: number;
      readonly digest: number | undefined;
    }
  /** A WAIT was answered: so many `replicas` have acknowledged `offset`. */
  | { readonly kind: "waited"; readonly offset: number; readonly replicas: number }
  /** The master that a Sentinel names under `master`, at start and at each change. */
  | {
      readonly kind: "names";
      readonly master: string;
      readonly ip: string;
      readonly port: number;
      readonly epoch: number;
    }
  /** A configuration file was rewritten. */
  | { readonly kind: "rewrote"; readonly path: string }
  /** A client began an operation: a try of the application to write or read `key`. */
  | {
      readonly kind: "invoke";
      readonly i: number;
      readonly operation: "write" | "read";
      readonly key: string;
      readonly value: string | undefined;
    }
  /** It ended: `ok` happened, `fail` did not, `info` nobody knows. `micros` is how long it took. */
  | {
      readonly kind: "ok" | "fail" | "info";
      readonly i: number;
      readonly operation: "write" | "read";
      readonly key: string;
      readonly value: string | undefined;
      readonly micros: number;
      readonly error: string | undefined;
      /** The `ip:port` that the client spoke to last. */
      readonly server: string | undefined;
    }
  /** A line that the application prints. */
  | { readonly kind: "print"; readonly text: string }
  /** An operator's command and what came back, as redis-cli shows it. */
  | {
      readonly kind: "command";
      readonly step: string;
      readonly target: string;
      readonly command: string;
      readonly reply: string;
    };

import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import { type Version, versions } from "../../../src/redis/version.js";
import { World } from "../world.js";

describe("a server with a password", () => {
  test("wants it before anything else", () => {
    const world = new World();
    world.server("r1", { config: ["requirepass secret"] });
    const client = world.client("r1");

    expect(client.ask("PING")).toBe("-NOAUTH Authentication required.");
    expect(client.ask("AUTH", "wrong")).toBe(
      "-WRONGPASS invalid username-password pair or user is disabled.",
    );
    expect(client.ask("AUTH", "secret")).toBe("+OK");
    expect(client.ask("PING")).toBe("+PONG");
  });

  test("that is set at run time spares who is in already", () => {
    const world = new World();
    world.server("r1");
    const early = world.client("r1");
    early.ask("CONFIG", "SET", "requirepass", "secret");
    const late = world.client("r1");

    expect(early.ask("PING")).toBe("+PONG");
    expect(late.ask("PING")).toBe("-NOAUTH Authentication required.");
  });
});

describe("an ACL user", () => {
  // redis.io, Sentinel: the user that a Sentinel needs on its servers.
  test("for Sentinel may do what Sentinel does and nothing else", () => {
    const world = new World();
    world.server("r1");
    const admin = world.client("r1");
    const rules = [
      "on >pw allchannels +multi +slaveof +ping +exec +subscribe +config|rewrite",
      "+role +publish +info +client|setname +client|kill +script|kill",
    ];
    expect(admin.ask("ACL", "SETUSER", "sentinel", ...rules.join(" ").split(" "))).toBe("+OK");

    const client = world.client("r1");
    expect(client.ask("AUTH", "sentinel", "pw")).toBe("+OK");
    expect(client.ask("PING")).toBe("+PONG");
    expect(client.ask("CLIENT", "SETNAME", "s")).toBe("+OK");
    expect(client.ask("CLIENT", "LIST")).toBe(
      "-NOPERM this user has no permissions to run the 'client|list' command",
    );
    expect(client.ask("GET", "k")).toBe(
      "-NOPERM this user has no permissions to run the 'get' command",
    );
    expect(client.ask("PUBLISH", "c", "m")).toBe(":0");
  });

  test("is described as it would be written to redis.conf", () => {
    const world = new World();
    world.server("r1", { version: "6.2" });
    const client = world.client("r1");

    expect(client.ask("ACL", "LIST")).toBe('["user default on nopass ~* &* +@all"]');
    expect(client.ask("ACL", "WHOAMI")).toBe('"default"');
    expect(client.ask("ACL", "SETUSER", "bob", "+nosuch|", "on")).toMatch(
      /^-ERR Error in ACL SETUSER modifier '\+nosuch\|'/,
    );
    expect(client.ask("ACL", "USERS")).toBe('["default"]');
  });
});

describe("an ACL rule", () => {
  function adminOf(version: Version, ...config: string[]) {
    const world = new World();
    world.server("r1", { version, config });
    return { admin: world.client("r1"), other: world.client("r1") };
  }

  // ACLLookupCommand(), ACLSetSelector(); ACLSetUser() of 6.2.
  test("names a command and a subcommand that there are", () => {
    const refusal = (version: Version, rule: string) =>
      adminOf(version)
        .admin.ask("ACL", "SETUSER", "ada", rule)
        .replace(/^.*': /, "");
    const unknown = "Unknown command or category name in ACL";

    for (const version of versions) {
      expect(refusal(version, "+nosuch")).toBe(unknown);
      expect(refusal(version, "-nosuch")).toBe(unknown);
      expect(refusal(version, "-get|a")).toBe(unknown);
      expect(refusal(version, "+get|")).toBe("Syntax error");
      // Of Redis, if not of ours.
      expect(refusal(version, "+zadd")).toBe("+OK");
      expect(refusal(version, "")).toBe("+OK");
      expect(refusal(version, "#abc")).toMatch(/^The password hash must be exactly 64 characters/);
    }
    expect(refusal("6.2", "+client|nosuch")).toBe("+OK");
    expect(refusal("7.0", "+client|nosuch")).toBe(unknown);
    expect(refusal("7.0", "-client|kill")).toBe("+OK");
    expect(refusal("6.2", "-client|kill")).toBe(unknown);
    expect(refusal("7.0", "+client|kill|x")).toBe(
      "Allowing first-arg of a subcommand is not supported",
    );
  });

  // ACLDescribeUser(), ACLCreateUser()
  test("of sanitize-payload is shown once it was said, in 7.2 from the beginning", () => {
    const list = (version: Version, ...rules: string[]) => {
      const { admin } = adminOf(version);
      admin.ask("ACL", "SETUSER", "ada", ...rules);
      return admin.ask("ACL", "LIST");
    };

    expect(list("7.0")).toContain("user ada off resetchannels -@all");
    expect(list("7.2")).toContain("user ada off sanitize-payload resetchannels -@all");
    expect(list("7.2")).toContain("user default on nopass sanitize-payload ~* &* +@all");
    expect(list("7.0", "skip-sanitize-payload")).toContain("ada off skip-sanitize-payload ");
    expect(list("7.0", "reset")).toContain("ada off sanitize-payload resetchannels -@all");
  });

  // ACLSetUser(): "reset" of 6.2 knows nothing of acl-pubsub-default.
  test("reset takes the channels away in 6.2, and leaves what acl-pubsub-default says from 7.0 on", () => {
    const list = (version: Version) => {
      const { admin } = adminOf(version, "acl-pubsub-default allchannels");
      admin.ask("ACL", "SETUSER", "ada");
      expect(admin.ask("ACL", "LIST")).toContain("user ada off &* -@all");
      admin.ask("ACL", "SETUSER", "ada", "reset");
      return admin.ask("ACL", "LIST");
    };

    expect(list("6.2")).toContain("user ada off sanitize-payload -@all");
    expect(list("7.0")).toContain("user ada off sanitize-payload &* -@all");
  });

  // The command table of 6.2; populateCommandStructure() of 7.0.
  test("about a category is one about subcommands from 7.0 on", () => {
    for (const version of versions) {
      const { admin, other } = adminOf(version);
      admin.ask("ACL", "SETUSER", "ada", "on", ">pw", "+@all", "-@admin", "~*", "&*");
      other.ask("AUTH", "ada", "pw");

      const reply = other.ask("CLIENT", "SETNAME", "app");
      expect(reply).toBe(
        version === "6.2"
          ? "-NOPERM this user has no permissions to run the 'client' command or its subcommand"
          : "+OK",
      );
      expect(other.ask("CONFIG", "GET", "port")).toMatch(/^-NOPERM/);
    }
  });

  test("of a family holds for all of its commands", () => {
    const { admin, other } = adminOf("7.0");
    admin.ask("ACL", "SETUSER", "ada", "on", ">pw", "+@set", "+@list", "~*");
    other.ask("AUTH", "ada", "pw");

    expect(other.ask("SUNIONSTORE", "a", "b")).toBe(":0");
    expect(other.ask("SDIFF", "a", "b")).toBe("[]");
    expect(other.ask("LMOVE", "a", "b", "LEFT", "LEFT")).toBe("nil");
    expect(other.ask("GET", "a")).toMatch(/^-NOPERM/);
  });

  // getKeysFromCommand(), sintercardGetKeys()
  test("about keys is held against each key of a command", () => {
    const { admin, other } = adminOf("7.0");
    admin.ask("ACL", "SETUSER", "ada", "on", ">pw", "+@all", "~a*");
    other.ask("AUTH", "ada", "pw");

    expect(other.ask("SINTERSTORE", "a1", "a2", "a3")).toBe(":0");
    expect(other.ask("SINTERCARD", "2", "a1", "a2", "LIMIT", "1")).toBe(":0");
    for (const command of ["SDIFFSTORE a1 a2 b", "LMOVE a b LEFT LEFT", "SINTERCARD 2 a b"])
      expect(other.ask(...command.split(" ")), command).toMatch(/^-NOPERM .*keys/);
  });

  // processCommand(); getAclErrorMessage() of 7.2.
  test("that denies is named in the words of the release", () => {
    for (const version of versions) {
      const { admin, other } = adminOf(version);
      admin.ask("ACL", "SETUSER", "ada", "on", ">pw", "+set", "+publish", "~a*", "resetchannels");
      other.ask("AUTH", "ada", "pw");
      const isNew = version === "7.2";

      expect(other.ask("CLIENT", "LIST")).toBe(
        {
          "6.2":
            "-NOPERM this user has no permissions to run the 'client' command or its subcommand",
          "7.0": "-NOPERM this user has no permissions to run the 'client|list' command",
          "7.2": "-NOPERM User ada has no permissions to run the 'client|list' command",
        }[version],
      );
      expect(other.ask("SET", "b", "1")).toBe(
        isNew
          ? "-NOPERM No permissions to access a key"
          : "-NOPERM this user has no permissions to access one of the keys used as arguments",
      );
      expect(other.ask("PUBLISH", "c", "1")).toBe(
        isNew
          ? "-NOPERM No permissions to access a channel"
          : "-NOPERM this user has no permissions to access one of the channels used as arguments",
      );
    }
  });
});

// Redis 7.0.15: ACLFreeUserAndKillClients(), CLIENT_CLOSE_AFTER_COMMAND; tests/sentinel, 03-runtime-reconf.
describe("a deleted user's client", () => {
  test("is closed, but gets its reply first where the command was its own", () => {
    const world = new World();
    world.server("r1");
    const own = world.client("r1");
    const other = world.client("r1");
    own.ask("ACL", "SETUSER", "eve", "on", ">pw", "+@all");
    own.ask("AUTH", "eve", "pw");
    other.ask("AUTH", "eve", "pw");

    expect(own.ask("ACL", "DELUSER", "eve", "nobody")).toBe(":1");
    world.run(milliseconds(1));

    expect(own.closed).toBe("fin");
    expect(other.closed).toBe("fin");
    // To its AUTH.
    expect(other.replies()).toEqual(["+OK"]);
  });
});

/**
 * Where an instance is (`sentinelAddr`): the name as configured, the ip it resolved to, the port.
 *
 * Sentinel resolves names only with resolve-hostnames; otherwise a host must be an ip already. How two
 * addresses compare differs by version: 6.2.1 knows ips only, later ones fall back to the names, for an
 * instance that could not be resolved has an empty ip there.
 */
import type { Context } from "../../kernel/actor.js";
import type { SentinelSettings } from "../config/sentinel-settings.js";
import type { Behaviour } from "../version.js";

export interface SentinelAddress {
  readonly hostname: string;
  readonly ip: string;
  readonly port: number;
}

/** Why an address cannot be: errno's ENOENT and EINVAL of `createSentinelAddr()`. */
export type AddressError = "unresolved" | "badPort";

export class Addresses {
  readonly #context: Context;
  readonly #behaviour: Behaviour;
  readonly #settings: SentinelSettings;

  constructor(context: Context, behaviour: Behaviour, settings: SentinelSettings) {
    this.#context = context;
    this.#behaviour = behaviour;
    this.#settings = settings;
  }

  /**
   * `createSentinelAddr()`. `acceptUnresolved`: from 7.0 on a name that does not resolve now is kept with
   * an empty ip where names are allowed at all, and tried again at each reconnection.
   */
  create(
    hostname: string,
    port: number,
    acceptUnresolved: boolean,
  ): SentinelAddress | AddressError {
    if (port < 0 || port > 65535) return "badPort";
    const ip = this.resolve(hostname);
    if (ip !== undefined) return { hostname, ip, port };
    const keep = acceptUnresolved && this.#behaviour.from70 && this.#settings.resolveHostnames;
    return keep ? { hostname, ip: "", port } : "unresolved";
  }

  /** `anetResolve()`, with ANET_IP_ONLY unless resolve-hostnames is on. */
  resolve(host: string): string | undefined {
    if (isIp(host)) return host;
    return this.#settings.resolveHostnames ? this.#context.resolve(host) : undefined;
  }

  /** `sentinelAddrIsEqual()` of 6.2.1, `sentinelAddrOrHostnameEqual()` later. */
  equal(a: SentinelAddress, b: SentinelAddress): boolean {
    if (a.port !== b.port) return false;
    if (sameText(a.ip, b.ip)) return true;
    return this.#behaviour.from70 && sameText(a.hostname, b.hostname);
  }

  /** `sentinelAddrEqualsHostname()`: is this what the other side calls `host`? */
  equalsHost(address: SentinelAddress, host: string | undefined): boolean {
    if (host === undefined) return false;
    const ip = this.resolve(host);
    if (ip !== undefined) return address.ip === ip;
    if (!this.#behaviour.from70) return false;
    return sameText(this.#settings.resolveHostnames ? address.hostname : address.ip, host);
  }

  /** `announceSentinelAddr()`: how events, replies, hellos and files write it. */
  text(address: SentinelAddress): string {
    return this.#settings.announceHostnames ? address.hostname : address.ip;
  }

  /** `announceSentinelAddrAndPort()`: the name of a replica's record. */
  textAndPort(address: SentinelAddress): string {
    const text = this.text(address);
    return text.includes(":") ? `[${text}]:${address.port}` : `${text}:${address.port}`;
  }
}

/** strcasecmp() == 0, for ASCII; equal texts are the common case. */
export function sameText(a: string, b: string): boolean {
  return a === b || (a.length === b.length && a.toLowerCase() === b.toLowerCase());
}

/** What inet_pton() takes: four decimal bytes, or anything of hexadecimal digits with two colons. */
export function isIp(text: string): boolean {
  if (text.includes(":")) return isIpv6(text);
  const parts = text.split(".");
  if (parts.length !== 4) return false;
  for (const part of parts) {
    if (part.length === 0 || part.length > 3) return false;
    for (let i = 0; i < part.length; i++) if (!isDigit(part.charCodeAt(i))) return false;
    if (Number(part) > 255) return false;
  }
  return true;
}

function isIpv6(text: string): boolean {
  let colons = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x3a) colons++;
    else if (!isHexDigit(code) && code !== 0x2e) return false;
  }
  return colons >= 2 && colons <= 8;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 0x61 && code <= 0x66) || (code >= 0x41 && code <= 0x46);
}

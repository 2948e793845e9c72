/**
 * Commands that redis-server has and this one has not: whoever sends one is told so, and not that Redis
 * knows no such command. A Sentinel has none of them either way.
 */
import type { Behaviour } from "../version.js";

const always = words(`
  asking bitcount bitfield bitfield_ro bitop bitpos blmove blpop brpop brpoplpush bzpopmax bzpopmin
  cluster dump eval evalsha geoadd geodist geohash geopos georadius georadius_ro georadiusbymember
  georadiusbymember_ro geosearch geosearchstore getbit hincrbyfloat hrandfield hscan incrbyfloat latency
  lolwut lpos memory migrate module monitor object pfadd pfcount pfdebug pfmerge pfselftest readonly
  readwrite restore restore-asking script setbit slowlog sort srandmember sscan xack xadd xautoclaim
  xclaim xdel xgroup xinfo xlen xpending xrange xread xreadgroup xrevrange xsetid xtrim zadd zcard zcount
  zdiff zdiffstore zincrby zinter zinterstore zlexcount zmscore zpopmax zpopmin zrandmember zrange
  zrangebylex zrangebyscore zrangestore zrank zrem zremrangebylex zremrangebyrank zremrangebyscore
  zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion zunionstore`);
const until62 = words("stralgo");
const since70 = words(`
  blmpop bzmpop eval_ro evalsha_ro fcall fcall_ro function lcs lmpop sort_ro spublish ssubscribe
  sunsubscribe zintercard zmpop`);

/** Does Redis know this command, in this version? Asked only where we do not. */
export function isUnmodelled(name: string, { from70 }: Behaviour): boolean {
  const command = name.toLowerCase();
  return always.has(command) || (from70 ? since70 : until62).has(command);
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

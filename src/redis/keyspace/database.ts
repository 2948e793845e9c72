/** One numbered database: keys, values and expiry times (`struct redisDb`). */
export interface Database {
  readonly index: number;
  readonly size: number;
}

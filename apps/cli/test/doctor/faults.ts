import { type Problem, PROBLEMS } from '../../src/doctor/problems';
import type { ProxyUnderTest } from './proxies';

/** The eight faults of the matrix. */
const EIGHT: readonly Problem[] = [
  'upgrade',
  'buffering',
  'compression',
  'idle',
  'host',
  'cors',
  'authorization',
  'body-limit',
];

const isProblem = (name: string): name is Problem => name in PROBLEMS;

/** The eight faults; in place of one that the proxy cannot have, another one that it can. */
export function eightFaultsOf({ faults }: ProxyUnderTest): readonly Problem[] {
  const others = Object.keys(faults).filter((name) => isProblem(name) && !EIGHT.includes(name)) as Problem[];
  const eight = EIGHT.filter((problem) => problem in faults);
  return [...eight, ...others.slice(0, 8 - eight.length)];
}

/** All others that it can have. */
export function moreFaultsOf(proxy: ProxyUnderTest): readonly Problem[] {
  const eight = eightFaultsOf(proxy);
  return Object.keys(proxy.faults).filter((name): name is Problem => isProblem(name) && !eight.includes(name));
}

import { createProblem, type ErrorCode, ERRORS } from '@tetracast/message-model';
import type { Answer } from './gateway-server';

/** The gateway's own answers are the same problems that the services send: code, title and status of message-model's table. */
export function expectProblem(answer: Answer, code: ErrorCode, status = ERRORS[code].status as number): void {
  const body = JSON.parse(answer.body) as { detail: string };
  const problem = { ...createProblem(code, body.detail), status };
  expect(body).toEqual(problem);
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
}

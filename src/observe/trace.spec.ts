import type { IncomingMessage } from 'node:http';

import { newRequestId, toTraceId, traceIdOf } from './trace.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

const requestWith = (traceparent?: string): IncomingMessage => ({ headers: traceparent === undefined ? {} : { traceparent } }) as unknown as IncomingMessage;

describe('toTraceId', () => {
  it.each([`00-${TRACE}-${SPAN}-01`, `00-${TRACE}-${SPAN}-00`, `00-${TRACE}-${SPAN}-ff`, `01-${TRACE}-${SPAN}-01`, `cc-${TRACE}-${SPAN}-01-what-comes-later`])('takes %s', (traceparent) => {
    expect(toTraceId(traceparent)).toBe(TRACE);
  });

  it.each([
    undefined,
    '',
    TRACE,
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}-01 `,
    `ff-${TRACE}-${SPAN}-01`,
    `cc-${TRACE}-${SPAN}-01.later`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE.slice(1)}g-${SPAN}-01`,
  ])('does not take %s', (traceparent) => {
    expect(toTraceId(traceparent)).toBeNull();
  });
});

describe('The trace of a request', () => {
  it('is its caller’s, whatever id the request itself gets', () => {
    const request = requestWith(`00-${TRACE}-${SPAN}-01`);
    expect(newRequestId(request)).toMatch(/^[0-9a-f-]{36}$/);
    expect(traceIdOf(request)).toBe(TRACE);
  });

  it('is a new one without, and stays the same', () => {
    const request = requestWith();
    const traceId = traceIdOf(request);
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect([traceIdOf(request), toTraceId(`00-${traceId}-${SPAN}-01`)]).toEqual([traceId, traceId]);
    expect(traceIdOf(requestWith('nonsense'))).not.toBe(traceId);
  });

  it('can be told from the id of the request that began it', () => {
    const request = requestWith();
    expect(newRequestId(request).replaceAll('-', '')).toBe(traceIdOf(request));
  });
});

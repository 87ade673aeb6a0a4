import { Batch, type Framing } from '@tetracast/hub';
import {
  type CloseName,
  DEFAULT_EVENT,
  type EncodedMessage,
  END_EVENT,
  RELAY_FAILURES,
  type RelayEnd,
  type RelayFailure,
} from '@tetracast/message-model';
import type { StreamBody } from '@tetracast/service-kit/event-stream';
import { type BodyKind, bodyKindOf } from '../upstream/splitter';
import { type Begin, RelaySink } from './relay-sink';

/** What a body ends with if the answer is not whole. A text has no place for it: its connection is cut. */
const FAILURES: Readonly<Record<BodyKind, (error: object) => string>> = {
  sse: (error) => `event: error\ndata: ${JSON.stringify({ error })}\n\n`,
  ndjson: (error) => `${JSON.stringify({ error })}\n`,
  text: () => '',
};

const framings = new Map<string, Framing>();

/** One for each kind of body, since the hub shares bytes by framing. */
function framingFor(kind: BodyKind, body: StreamBody): Framing {
  const name = `upstream-${kind}-${body.headerLines}`;
  let framing = framings.get(name);
  if (framing === undefined) framings.set(name, (framing = { name, encode: (message) => encode(message, kind, body) }));
  return framing;
}

function encode({ event, data }: EncodedMessage, kind: BodyKind, body: StreamBody): Buffer {
  if (event === DEFAULT_EVENT) return encodeText(JSON.parse(data) as string, body);
  if (event !== END_EVENT) return encodeText('', body);
  const end = JSON.parse(data) as RelayEnd;
  return encodeText(end.state === 'failed' ? encodeFailure(end, kind) : '', body);
}

function encodeFailure({ code, error }: RelayFailure, kind: BodyKind): string {
  return FAILURES[kind]({ code, message: error });
}

/** An empty chunk would end the body. */
function encodeText(text: string, body: StreamBody): Buffer {
  return text === '' ? Buffer.alloc(0) : body.encode(text);
}

/** The answer of a relay as the upstream sent it, byte for byte. It has no place for notices and heartbeats. */
export class UpstreamSink extends RelaySink {
  private kind: BodyKind = 'text';

  constructor(
    private readonly streamBody: StreamBody,
    onBegin: Begin,
  ) {
    super(streamBody, framingFor('text', streamBody), (sink, start) => {
      this.kind = bodyKindOf(start.contentType) ?? 'text';
      onBegin(sink, start);
    });
  }

  protected override writeBatch({ entries }: Batch): boolean {
    return super.writeBatch(new Batch(entries, framingFor(this.kind, this.streamBody)));
  }

  protected override finish(last: EncodedMessage | undefined): void {
    const isFailed = last !== undefined && (JSON.parse(last.data) as RelayEnd).state === 'failed';
    if (isFailed && this.kind === 'text') this.cut();
    else super.finish(last);
  }

  override sendReset(): void {
    if (!this.isOpen) return;
    const failure = { code: 'relay_lost', error: RELAY_FAILURES.relay_lost } as const;
    this.writeBytes(encodeText(encodeFailure(failure, this.kind), this.streamBody));
    this.cut();
  }

  override sendNotice(): void {
    // The body has no place for it.
  }

  override sendHeartbeat(): void {
    // The body has no place for it.
  }

  override advanceCursor(): boolean {
    return true;
  }

  /** Before the end of the body: the client must not take it for whole. */
  override close(reason: CloseName): void {
    if (this.isOpen) this.cut();
    else super.close(reason);
  }
}

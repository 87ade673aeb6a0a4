import { describeAnnouncing } from './contract/announcing';
import { describeBatches } from './contract/batches';
import { describeDeleting } from './contract/deleting';
import { describeListing } from './contract/listing';
import { describeReadingBack } from './contract/reading-back';
import { describeEnding } from './contract/ending';
import type { BusHarness } from './contract/harness';
import { describeCheck } from './contract/check';
import { describeIdempotency } from './contract/idempotency';
import { describeModel } from './contract/model';
import { describeNumbering } from './contract/numbering';
import { describeReading } from './contract/reading';
import { describeQuestions } from './contract/questions';
import { describePages } from './contract/pages';
import { describePresence } from './contract/presence';
import { describeRelays } from './contract/relays';
import { describeWebhooks } from './contract/webhooks';
import { describeRetention } from './contract/retention';
import { describeState } from './contract/key-values';
import { describeRateCounters } from './contract/rate-counters';

/** What every bus does, whatever it is made of. */
export function describeBus(name: string, harness: BusHarness): void {
  describe(`contract of ${name}`, () => {
    describeNumbering(harness);
    describeReading(harness);
    describePages(harness);
    describeReadingBack(harness);
    describeBatches(harness);
    describeDeleting(harness);
    describeListing(harness);
    describeEnding(harness);
    describeRetention(harness);
    describeIdempotency(harness);
    describeAnnouncing(harness);
    describeState(harness);
    describeRateCounters(harness);
    describeQuestions(harness);
    describePresence(harness);
    describeWebhooks(harness);
    describeRelays(harness);
    describeCheck(harness);
    describeModel(harness);
  });
}

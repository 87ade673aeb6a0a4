import { allDrivers } from '../drivers';
import { testCursorsAcross } from './shared/across-cursors';
import { testDataAcross } from './shared/across-data';
import { testMessagesAcross } from './shared/across-messages';
import type { TransportSuite } from './contract-context';
import { closingAfterAll, firstOfEachForm, sharedServer } from './server-under-test';

/**
 * What goes from one transport to another, for `drivers` against all transports, which the server must have at one
 * address: each cursor that the wire shows, and each message.
 */
export function describeAcross(name: string, suite: TransportSuite): void {
  describe(`${name}: across the transports`, () => {
    const server = sharedServer(suite);
    const others = firstOfEachForm(allDrivers).map(closingAfterAll);
    for (const driver of suite.drivers) {
      describe(driver.name, () => {
        const context = { driver: closingAfterAll(driver), ...server };
        if (driver.flags.dataOnly === true) {
          testDataAcross(context, others);
          return;
        }
        testCursorsAcross(context, others);
        testMessagesAcross(context, others);
      });
    }
  });
}

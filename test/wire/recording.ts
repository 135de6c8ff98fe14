import { HISTORIES } from './histories.js';
import { ISSUES, LISTS, QUIET_LISTS } from './lists.js';
import { LOCATIONS } from './locations.js';
import { MESSAGES } from './messages.js';
import { NOBODY_YET, PARTICIPANTS } from './participants.js';
import { ROOMS } from './rooms.js';
import type { WireCase } from './wire-case.js';

/** All calls, in the order in which an empty deployment called `ace` was asked. */
export const RECORDING: readonly WireCase[] = [...ROOMS, ...QUIET_LISTS, ...NOBODY_YET, ...MESSAGES, ...PARTICIPANTS, ...HISTORIES, ...LISTS, ...ISSUES, ...LOCATIONS];

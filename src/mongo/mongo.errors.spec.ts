import mongoose from 'mongoose';

import { DatabaseUnavailableError, toDatabaseError, toTransactionError } from './mongo.errors.js';

const { mongo } = mongoose;
const TRANSIENT = ['TransientTransactionError'];
const UNKNOWN = ['UnknownTransactionCommitResult'];

const ofServer = (code: number, errorLabels: string[] = []): Error => new mongo.MongoServerError({ message: 'said by MongoDB', code, errorLabels });

describe('toDatabaseError', () => {
  it.each([
    ['a cursor that went with its primary', ofServer(43)],
    ['no member that may be asked', ofServer(133)],
    ['no majority to read from yet', ofServer(134)],
    ['a transaction that went with its primary', ofServer(251)],
    ['a plan that an election has killed', ofServer(175)],
    ['a cursor that was killed', ofServer(237)],
    ['a snapshot that is not there', ofServer(246)],
    ['a transaction that has lived for too long', ofServer(290)],
    ['an interrupted command', ofServer(11601)],
    ['an election', ofServer(11602)],
    ['a write concern that was not reached', new mongo.MongoWriteConcernError({ ok: 1, writeConcernError: { code: 91, errmsg: 'said by MongoDB' } })],
    ['a broken connection', new mongo.MongoNetworkError('connection 1 closed')],
    ['a connection that was ended before a write', Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' })],
    ['a connection that was destroyed before a write', Object.assign(new Error('Cannot call write after a stream was destroyed'), { code: 'ERR_STREAM_DESTROYED' })],
    ['a session whose client was closed', new mongo.MongoExpiredSessionError()],
    ['a topology that was closed', new mongo.MongoTopologyClosedError()],
    ['a transaction that its client has ended', new mongo.MongoRuntimeError('Attempted illegal state transition from [TRANSACTION_ABORTED] to [TRANSACTION_ABORTED]')],
  ])('says of %s that it is not now', (_what, error) => {
    expect(toDatabaseError(error)).toMatchObject({ status: 503, retryAfterSeconds: 2, cause: error });
  });

  it.each([
    ['a duplicate', ofServer(11_000)],
    ['a command that is wrong', ofServer(2)],
    ['a fault of the driver', new mongo.MongoRuntimeError('what nobody knows')],
    ['a fault of this service', new TypeError('undefined is not a function')],
  ])('leaves %s as it is', (_what, error) => {
    expect(toDatabaseError(error)).toBe(error);
  });

  it('leaves what begins a running transaction again', () => {
    const errors = [ofServer(251, TRANSIENT), ofServer(112, TRANSIENT), ofServer(91, UNKNOWN)];

    expect(errors.map(toDatabaseError)).toEqual(errors);
    for (const error of errors) expect(toTransactionError(error)).toBeInstanceOf(DatabaseUnavailableError);
  });
});

import { Injectable } from '@nestjs/common';

import type { RoomKeys } from '../room/index.js';
import { ListAnswers } from './list-answers.js';
import type { PageEnd } from './list-page.js';
import { RoomCards } from './room-cards.js';
import { RoomList, type ListOf } from './room-list.js';

/** The lists as they are answered. */
@Injectable()
export class RoomLists {
  constructor(
    private readonly cards: RoomCards,
    private readonly answers: ListAnswers,
  ) {}

  /** The list of these rooms; `end` where it is a page. */
  of(of: ListOf, keys: RoomKeys, end: PageEnd | null): RoomList {
    return new RoomList(of, keys, end, { cards: this.cards, answers: this.answers });
  }
}

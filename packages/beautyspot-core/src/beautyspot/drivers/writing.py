"""Writing a group of results: blobs first, then their records in one transaction.

Ports may be foreign code, which can raise anything: what it raises costs the results that it is
about, and nothing else.
"""

from collections.abc import Callable, Sequence
from typing import Final

from beautyspot.core.errors import StoreUnavailable
from beautyspot.core.ports import TaskCatalog, TaskDB
from beautyspot.drivers.pending import Pending

__all__ = ["Writer"]

#: After so many failures in a row to reach a store it is not asked again for the same group: each
#: may have taken the whole time-out of the store.
_PATIENCE: Final = 3


class Writer:
    """Saves results to one database, which it is given with them and does not keep."""

    __slots__ = ("prepared",)

    def __init__(self) -> None:
        """Begin with a database that may have to be made."""
        self.prepared = False  #: whether the database is known to be ready

    def write(self, group: Sequence[Pending]) -> bool:
        """Save results; each is settled then: saved, or given up and told of.

        A group that cannot be saved at once is saved one by one, so that a bad record takes no
        others with it. Answers False when the database could not be asked at all.
        """
        _one_by_one([each for each in group if each.payload is not None], Pending.save_blob)
        ready = [each for each in group if not each.settled]
        if not ready:
            return True
        db = ready[0].db
        try:
            self._prepare(db)
        except Exception as error:  # noqa: BLE001  # foreign code, see above
            _give_up(ready, error)
            return False
        try:
            at_once = _save_at_once(db, ready)
        except StoreUnavailable as error:
            _give_up(ready, error)
            return False
        except Exception:  # noqa: BLE001  # foreign code, see above; told one by one
            at_once = False
        reached = at_once or _one_by_one(ready, lambda each: db.save(each.record))
        for each in ready:
            if not each.settled:
                each.succeed()
        return reached

    def _prepare(self, db: TaskDB) -> None:
        if not self.prepared:
            db.init_schema()
            self.prepared = True


def _save_at_once(db: TaskDB, ready: Sequence[Pending]) -> bool:
    """Save all records in one transaction, where that is less work; answer whether it was."""
    if len(ready) == 1 or not isinstance(db, TaskCatalog):
        return False
    db.save_many([each.record for each in ready])
    return True


def _one_by_one(group: Sequence[Pending], step: Callable[[Pending], None]) -> bool:
    """Do a step for each, and give up those for which it fails; False: none could be reached."""
    in_a_row, reached = 0, False
    for number, each in enumerate(group):
        try:
            step(each)
        except StoreUnavailable as error:
            each.fail(error)
            in_a_row += 1
            if in_a_row == _PATIENCE:
                _give_up(group[number + 1 :], error)
                break
        except Exception as error:  # noqa: BLE001  # foreign code, see above
            each.fail(error)
            in_a_row, reached = 0, True
        else:
            in_a_row, reached = 0, True
    return reached


def _give_up(group: Sequence[Pending], error: Exception) -> None:
    for each in group:
        each.fail(error)

"""The facade: what the user holds."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import (
    Any,
    Final,
    NoReturn,
    ParamSpec,
    Self,
    TypeVar,
    Unpack,
    cast,
    overload,
)

from beautyspot.bootstrap import Settings, composed
from beautyspot.core.choices import CodeChange, Mode, SchemaChange
from beautyspot.core.costs import Cost
from beautyspot.core.durations import Duration
from beautyspot.core.errors import ConfigurationError, ValidationError
from beautyspot.core.hooks import HookBase
from beautyspot.core.lifecycle import LifecyclePolicy
from beautyspot.core.limits import LimitLike, Limits, Provider, parse_limits
from beautyspot.core.ports import Closable, Limiter, Serializer, TypeRegistry
from beautyspot.core.retention import RetentionLike
from beautyspot.core.retry import Named, Retry, RetryAfter, WaitLike
from beautyspot.drivers.removal import remove
from beautyspot.keygen import KeyGenPolicy
from beautyspot.lending import Lent
from beautyspot.marked import Marked
from beautyspot.marking import mark_function, run_function
from beautyspot.options import MarkOptions, Options, expect
from beautyspot.profiles import find_profile
from beautyspot.run_options import RunOptions
from beautyspot.settings import (
    Database,
    SpotOptions,
    Storage,
    noting,
    said_by,
    settled,
    variable_of,
)

__all__ = ["Spot"]

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

_ABOUT_LIMITS: Final = ("share", "provider")
#: It names files, so it must be no path, no hidden file, and short enough for a suffix.
_NAME: Final = re.compile(r"[^./\\:\x00-\x1f][^/\\:\x00-\x1f]{0,199}")


class Spot:
    """A named place where the results of functions are remembered.

    The same name in the same folder means the same results, today and next month. Nothing is
    opened or created before the first call that needs it.
    """

    def __init__(  # noqa: PLR0913  # the facade
        self,
        name: str,
        *,
        db: Database = None,
        storage: Storage = None,
        serializer: str | Serializer | None = None,
        retention: RetentionLike | LifecyclePolicy = None,
        save_blob: bool | None = None,
        save_sync: bool | None = None,
        durable: bool | None = None,
        strict: bool | None = None,
        mode: Mode | None = None,
        hooks: Iterable[HookBase] = (),
        tpm: int | None = None,
        rpm: int | None = None,
        limits: Mapping[str, LimitLike] | None = None,
        concurrency: int | None = None,
        burst: int | None = None,
        share: float | Fraction | None = None,
        provider: Provider | None = None,
        limiter: str | Limiter | None = None,
    ) -> None:
        """Say where results go and how they are kept.

        An option that is None is what the environment says (``BEAUTYSPOT_DB``,
        ``BEAUTYSPOT_RETENTION`` and so on), and else the default.

        Args:
            name: of the experiment; names the files when ``db`` is not given.
            db: a path, a URL such as ``sqlite:///results.db``, an adapter, or an instance of
                ``beautyspot.db.TaskDB``; None is ``./<name>.db``. A relative path starts where the
                program stands now.
            storage: where large results go: a folder, a URL such as ``file:./blobs``, or an
                adapter; None is a folder beside the database, ``<db without .db>.blobs``. In a
                list the last one is the store, and the folders before it keep copies:
                ``["file:./cache?max_size=2GB", "s3://bucket/prefix"]``.
            serializer: an adapter with ``dumps`` and ``loads``, or the name of a plugin; None is
                msgpack.
            retention: how long results are kept: ``"7d"``, seconds, a ``timedelta``, a
                ``LifecyclePolicy`` with rules for names of functions, or None for ever.
            save_blob: True puts every result into ``storage``, False none; None those from
                64 KiB on.
            save_sync: True (None) returns from a call when its result is kept. False returns
                before: results are written in the background, found by look-ups meanwhile, and
                lost if the process is killed. ``flush``, ``with``, ``shutdown`` and the end of
                the program wait for them.
            durable: True survives a power cut too: every save waits for the disk. None is False.
            strict: True raises what goes wrong around a call; False (None) warns and goes on
                without the cache.
            mode: ``"normal"``; ``"refresh"`` runs and overwrites; ``"readonly"`` answers what is
                stored and stores nothing; ``"replay"`` answers what is stored, and raises
                ``CacheMiss`` for anything else; ``"off"`` runs as if nothing was marked. None is
                ``"normal"``.
            hooks: told what happens around every call; instances of classes that are derived
                from ``HookBase``.
            tpm: tokens that may be used in a minute. Functions say what their calls cost, by
                ``cost=`` of ``mark`` or ``limiter``.
            rpm: calls that may run in a minute, of all functions of this Spot together. Answers
                from the store are free.
            limits: further limits by name, as in ``{"itpm": 30_000, "rpd": 1000}``: requests,
                tokens, input or output tokens (``r``, ``t``, ``it``, ``ot``) per second, minute,
                hour or day (``ps``, ``pm``, ``ph``, ``pd``); or any name with ``rate(...)`` or
                ``quota(...)``.
            concurrency: calls that may run at the same time, of all functions together.
            burst: tokens that may be used at once after idle time; None paces smoothly.
            share: the part of all limits that this process may use, above 0 and at most 1.
            provider: how the server counts: ``"bucket"`` (None), or ``"fixed"`` or
                ``"sliding"`` for windows of time, of which none may hold more.
            limiter: a limiter of your own, or its URL, instead of these limits.

        Raises:
            ConfigurationError: an argument or a variable of the environment cannot be used, or
                the file at ``db`` is not ours.
        """
        given: SpotOptions = {
            "db": db,
            "storage": storage,
            "serializer": serializer,
            "retention": retention,
            "save_blob": save_blob,
            "save_sync": save_sync,
            "durable": durable,
            "strict": strict,
            "mode": mode,
            "tpm": tpm,
            "rpm": rpm,
            "limits": limits,
            "concurrency": concurrency,
            "burst": burst,
            "share": share,
            "provider": provider,
            "limiter": limiter,
        }
        said = settled(given, os.environ)
        variables = [variable_of(option) for option in said_by(os.environ, given)]
        with noting(variables, "the environment"):
            self._defaults = Options(
                save_blob=said.get("save_blob"),
                save_sync=said.get("save_sync"),
                retention=said.get("retention"),
                strict=said.get("strict"),
                mode=said.get("mode"),
                hooks=hooks,
            )
            limits_ = parse_limits(
                tpm=said.get("tpm"),
                rpm=said.get("rpm"),
                limits=said.get("limits"),
                concurrency=said.get("concurrency"),
                burst=said.get("burst"),
                share=said.get("share"),
                provider=said.get("provider"),
            )
        _refuse_idle(given, limits_)
        settings = Settings(
            name=_checked_name(name),
            folder=Path.cwd(),
            db=said.get("db"),
            storage=said.get("storage"),
            serializer=said.get("serializer"),
            durable=bool(expect("durable", said.get("durable"), bool, "True or False")),
            limits=limits_,
            limiter=said.get("limiter"),
        )
        self._parts = composed(settings)
        with noting(variables, "the environment"):
            self._db = self._parts.task_db()
            self._blobs = self._parts.blob_store()
            self._parts.serializer()
            self._parts.gate()
        self.name: Final = name

    @classmethod
    def from_profile(
        cls, profile: str, *, name: str | None = None, **options: Unpack[SpotOptions]
    ) -> Self:
        """Answer a Spot whose options stand in a file, in a table such as ``[profiles.ci]``.

        The file is the nearest ``beautyspot.toml``, or ``pyproject.toml`` with a table
        ``[tool.beautyspot]``, from the working directory upwards; in one folder ``beautyspot.toml``
        goes first.

        Args:
            profile: the last part of the table's name.
            name: of the Spot; None is what the profile says, and else the profile's own name.
            options: as for ``Spot``; they go before the environment, which goes before the file.

        Raises:
            ConfigurationError: as for ``Spot``; or there is no such profile, or something in the
                file cannot be used.
        """
        found = find_profile(profile, Path.cwd())
        said = settled(options, os.environ, found.options)
        variables = said_by(os.environ, options)
        keys = [key for key in found.options if options.get(key) is None and key not in variables]
        with noting(keys, found.source), noting(map(variable_of, variables), "the environment"):
            return cls(found.name if name is None else name, **said)

    @overload
    def mark(self, function: Callable[P, R], /, **options: Unpack[MarkOptions]) -> Marked[P, R]: ...

    @overload
    def mark(
        self, function: None = None, /, **options: Unpack[MarkOptions]
    ) -> Callable[[Callable[P, R]], Marked[P, R]]: ...

    def mark(  # noqa: PLR0913  # the facade
        self,
        function: Callable[P, R] | None = None,
        /,
        *,
        version: str | None = None,
        save_blob: bool | None = None,
        save_sync: bool | None = None,
        content_type: str | None = None,
        retention: RetentionLike | LifecyclePolicy = None,
        serializer: str | Serializer | None = None,
        strict: bool | None = None,
        key: KeyGenPolicy | Callable[..., object] | None = None,
        ignore: Iterable[str] = (),
        on_code_change: CodeChange | None = None,
        on_schema_change: SchemaChange = "recompute",
        explain: bool = True,
        hooks: Iterable[HookBase] = (),
        mode: Mode | None = None,
        cost: Cost | Callable[..., Cost] | None = None,
        settle: Callable[[Any], Cost] | None = None,
        max_wait: float | timedelta | None = None,
        limited: bool | None = None,
        retry: Retry | None = None,
    ) -> Marked[P, R] | Callable[[Callable[P, R]], Marked[P, R]]:
        """Remember what a function returns; bare, or with options.

        Args:
            function: made with ``def``, ``async def`` or ``lambda``, a method, a partial, or an
                object that can be called.
            version: of the code, any text; another version is another result.
            save_blob: as for the Spot; None is what the Spot says.
            save_sync: as for the Spot; None is what the Spot says, and True for strict functions.
            content_type: how a viewer may show the result, for example ``"image/png"``.
            retention: as for the Spot, or ``"forever"``; None is what the Spot says.
            serializer: as for the Spot; None is the Spot's.
            strict: as for the Spot; None is what the Spot says.
            key: what counts of the arguments: a policy of ``KeyGen``, or a function that is
                given the arguments and answers what names the call; None: all of them count.
            ignore: names of arguments that do not count.
            on_code_change: what happens to results of other code than that of today:
                ``"warn"`` answers them, with one warning that names what has changed;
                ``"recompute"`` makes the code part of the key; ``"ignore"`` answers them. None
                is ``"warn"``, and ``"recompute"`` for functions of a notebook or prompt.
            on_schema_change: what happens to results of classes that have other fields now:
                ``"recompute"`` runs the function again, ``"raw"`` answers the stored fields as a
                dict, ``"raise"`` raises ``SchemaChanged``.
            explain: False keeps nothing of the arguments with the result.
            hooks: told what happens around every call, after those of the Spot.
            mode: as for the Spot; None is what the Spot says.
            cost: as for ``limiter``.
            settle: as for ``limiter``.
            max_wait: as for ``limiter``.
            limited: False runs the function under no limit of the Spot; None is True.
            retry: what is tried again when it fails, how often and when; None is nothing.

        Raises:
            ConfigurationError: the function cannot be marked, or an option cannot be used.
            TypeError: there is no such option.
        """
        options = Options(
            version=version,
            save_blob=save_blob,
            save_sync=save_sync,
            content_type=content_type,
            retention=retention,
            serializer=serializer,
            strict=strict,
            key=key,
            ignore=ignore,
            on_code_change=on_code_change,
            on_schema_change=on_schema_change,
            explain=explain,
            hooks=hooks,
            mode=mode,
            run=RunOptions(
                cost=cost, settle=settle, max_wait=max_wait, limited=limited, retry=retry
            ),
        )

        def decorate(plain: Callable[P, R]) -> Marked[P, R]:
            return mark_function(self._parts, plain, options, self._defaults)

        return decorate if function is None else decorate(function)

    @overload
    def limiter(self, function: Callable[P, R], /) -> Callable[P, R]: ...

    @overload
    def limiter(
        self,
        function: None = None,
        /,
        *,
        cost: Cost | Callable[..., Cost] | None = None,
        settle: Callable[[Any], Cost] | None = None,
        key: str | Callable[..., str] | None = None,
        max_wait: float | timedelta | None = None,
    ) -> Callable[[F], F]: ...

    def limiter(
        self,
        function: Callable[..., Any] | None = None,
        /,
        *,
        cost: Cost | Callable[..., Cost] | None = None,
        settle: Callable[[Any], Cost] | None = None,
        key: str | Callable[..., str] | None = None,
        max_wait: float | timedelta | None = None,
    ) -> Callable[..., Any]:
        """Say what calls of a function cost; it runs under the limits of this Spot.

        With ``mark`` in either order: an answer from the store costs nothing and waits for nothing.
        Without ``mark`` every call counts.

        Args:
            function: as for ``mark``.
            cost: of a call, at least 0: tokens, or numbers by unit as in ``{"input_tokens": 900,
                "output_tokens": 300}``; or a function of the arguments that answers it. Each try is
                one request without saying so. None is nothing but that.
            settle: is given what the function returned, and answers what the call cost in fact. Of
                a stream it is given what the generator returned, or else its last chunk. None: the
                estimate stands.
            key: whose limits they are, for example the name of an account, or a function of the
                arguments that answers it: each key has all of the limits for itself.
            max_wait: the longest time, in seconds, that a try waits for its limits; what is known
                to take longer raises ``LimitTimeout`` at once. None waits as long as it takes.

        Raises:
            ConfigurationError: the Spot has no limits, or an argument cannot be used; a plain
                number that is more than a limit ever grants is ``LimitImpossible``.
        """
        options = RunOptions(
            cost=cost, settle=settle, key=key, max_wait=max_wait, limited=True, by=self._parts
        )
        return self._run_with(function, options)

    @overload
    def retry(
        self,
        function: None = None,
        /,
        *,
        on: Named,
        attempts: int | None = 3,
        wait: WaitLike | None = None,
        deadline: Duration | None = None,
        retry_after: RetryAfter = None,
    ) -> Callable[[F], F]: ...

    @overload
    def retry(self, function: Retry, /) -> Callable[[F], F]: ...

    def retry(self, function: Retry | None = None, /, **options: Any) -> Callable[..., Any]:
        """Try calls of a function again that fail, with ``mark`` in either order, or without it.

        Each try is charged by the limits, and no slot is held between two.

        Args:
            function: a ``Retry`` that says it all; None: the options do.
            options: the arguments of ``Retry``: ``on`` (what is tried again), ``attempts`` (calls
                in all, at least 1; None: as many as the deadline has room for), ``wait``,
                ``deadline`` (seconds from the first try, above 0; None: no end), ``retry_after``.

        Raises:
            ConfigurationError: an argument cannot be used.
            TypeError: there is no such argument, or ``on`` is missing; or a ``Retry`` says it all
                already.
        """
        if function is not None and options:
            msg = f"{', '.join(options)}= goes into {function!r}, and not beside it"
            raise TypeError(msg)
        said = Retry(**options) if function is None else function
        return self._run_with(None, RunOptions(retry=said))

    def _run_with(
        self, function: Callable[..., Any] | None, options: RunOptions
    ) -> Callable[..., Any]:
        def decorate(plain: Callable[..., Any]) -> Callable[..., Any]:
            return run_function(self._parts, plain, options, self._defaults)

        return decorate if function is None else decorate(function)

    @overload
    def cached_run(
        self, function: Callable[P, R], /, **options: Unpack[MarkOptions]
    ) -> AbstractContextManager[Marked[P, R]]: ...

    @overload
    def cached_run(
        self, *functions: Callable[..., Any], **options: Unpack[MarkOptions]
    ) -> AbstractContextManager[tuple[Marked[..., Any], ...]]: ...

    def cached_run(
        self, *functions: Callable[..., Any], **options: Unpack[MarkOptions]
    ) -> AbstractContextManager[Any]:
        """Remember what functions return that are not yours to decorate, inside a ``with`` block.

        Yields the marked function, or a tuple of them when several are given. The functions
        themselves stay as they are. Options are those of ``mark``.

        Raises:
            ConfigurationError: no function is given, one cannot be marked, or an option cannot be
                used.
            TypeError: there is no such option.
        """
        if not functions:
            raise ConfigurationError("cached_run() without a function: give it at least one")
        first, *others = [self.mark(function, **options) for function in functions]
        return Lent((first, *others) if others else first)

    def register_type(
        self,
        type_: type[T],
        code: int,
        encoder: Callable[[T], object],
        decoder: Callable[[Any], T],
    ) -> None:
        """Keep values of a type that beautyspot does not know, or keep them in another way.

        What ``decoder`` makes of what ``encoder`` answers is compared with the value before
        anything is stored; a value that does not come back the same is returned and not stored.

        Args:
            type_: the class; instances of subclasses are kept only if they come back as such.
            code: 0 to 127, one for each type, the same in every program that uses the store.
            encoder: answers bytes, or any other value that can be stored.
            decoder: answers the value again.

        Raises:
            ConfigurationError: an argument cannot be used, the code or type is taken, or the
                serializer of the Spot registers no types.
        """
        self._types().register_type(type_, code, encoder, decoder)

    def register(
        self,
        code: int,
        encoder: Callable[[Any], object],
        decoder: Callable[[Any], object] | None = None,
        decoder_factory: Callable[[type], Callable[[Any], object]] | None = None,
    ) -> Callable[[type[T]], type[T]]:
        """Answer a decorator that registers a class; arguments as for ``register_type``.

        Args:
            code: 0 to 127.
            encoder: answers bytes, or any other value that can be stored.
            decoder: answers an instance again.
            decoder_factory: instead of ``decoder``: is given the class, answers its decoder.

        Raises:
            ConfigurationError: as for ``register_type``; or not exactly one of ``decoder`` and
                ``decoder_factory`` is given.
        """
        return self._types().register(code, encoder, decoder, decoder_factory)

    def register_key(self, type_: type[T], key: Callable[[T], object]) -> None:
        """Say what counts of arguments of a type: what ``key`` answers for them.

        It goes for subclasses, which stay different from each other, and for functions that are
        marked already. A class of your own says the same with a method ``__cache_key__(self)``.

        Args:
            type_: the class.
            key: answers anything that has stable content itself; not None.

        Raises:
            ConfigurationError: an argument cannot be used.
        """
        self._parts.key_functions().register(type_, key)

    def accept(self, function: Marked[..., Any]) -> int:
        """Say that results of other code still count; answer how many there are of the function.

        Everything that is stored for the function, of any version, is taken for a result of the
        code as it is now.

        Raises:
            ConfigurationError: it is no marked function, its code is part of its keys
                (``on_code_change="recompute"``) or unknown, or the database keeps no catalog.
            StoreError: the store could not be asked, or failed.
        """
        if not isinstance(cast("object", function), Marked):
            msg = f"{function!r} cannot be accepted: expected a function marked by this Spot"
            raise ConfigurationError(msg)
        return function.accept()

    def delete(self, key: str) -> bool:
        """Forget the result with this cache key (see ``Marked.key``); answer whether there was one.

        Raises:
            StoreError: the store could not be asked, or failed.
        """
        return remove(self._db, self._blobs, key)

    def flush(self) -> bool:
        """Wait until everything is stored; answer whether it is.

        False says that since the last ``flush`` at least one result could not be stored: its
        call was answered and warned about, and will run again. Calls that have no key, because
        an argument has no stable content, have nothing to store and do not count.
        """
        written = self._parts.background().flush()
        return self._parts.reporter().all_saved() and written

    def shutdown(self) -> bool:
        """Flush, and give back connections and files; answer what ``flush`` answers.

        The Spot stays usable: what it needs is opened again.
        """
        self._parts.background().rest()
        saved = self.flush()
        for adapter in (self._db, self._blobs):
            if isinstance(adapter, Closable):
                adapter.close()
        return saved

    def __enter__(self) -> Self:
        """Answer the Spot itself; the end of the block is a ``shutdown``."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Shut down; an error of the block passes through."""
        self.shutdown()

    def _types(self) -> TypeRegistry:
        serializer = self._parts.serializer()
        if isinstance(serializer, TypeRegistry):
            return serializer
        msg = f"serializer={serializer!r} registers no types: it has no register_type and register"
        raise ConfigurationError(msg)

    def __cache_key__(self) -> str:
        """Let objects that hold a Spot be arguments: where results are kept is no part of them."""
        return "Spot"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: connections, locks and registered types stay here."""
        msg = (
            f"{self!r} cannot be pickled or copied. Make it at the top level of a module, beside "
            "the functions that it marks, and send those: every process that imports the module "
            "has a Spot of its own there, on the same store"
        )
        raise TypeError(msg)

    def __repr__(self) -> str:
        """Name the Spot and where its results are."""
        return f"Spot({self.name!r}, db={self._db!r}, storage={self._blobs!r})"


def _refuse_idle(given: SpotOptions, limits: Limits) -> None:
    """Refuse arguments that say more about limits, of which there are none.

    The environment may say them for all Spots of a program.
    """
    idle = [f"{name}={given.get(name)!r}" for name in _ABOUT_LIMITS if given.get(name) is not None]
    if idle and not limits.units:
        msg = (
            f"{' and '.join(idle)} without a limit: say tpm=, rpm= or limits= as well, or leave it "
            "out; concurrency= is not shared, and a limiter= has limits of its own"
        )
        raise ValidationError(msg)


def _checked_name(name: object) -> str:
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    msg = (
        f"name={name!r} cannot name a Spot: expected 1 to 200 characters without / \\ : and no "
        "dot at the start. A path goes into db=, as in Spot('results', db='data/results.db')"
    )
    raise ValidationError(msg)

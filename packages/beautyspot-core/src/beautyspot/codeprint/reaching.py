"""Finds all that belongs to the code of a function: helpers, classes, constants, step by step."""

import builtins
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import FunctionType, ModuleType
from typing import Any, Final, NamedTuple, cast

from beautyspot.codeprint.lazy import modules_of
from beautyspot.codeprint.names import SUPER, Chain, Import
from beautyspot.codeprint.objects import Code, code_behind, is_a, module_of, variables_of
from beautyspot.codeprint.ownership import is_own, is_typed_in
from beautyspot.codeprint.places import Place, function_place, place_of, shown
from beautyspot.codeprint.sources import NoSource
from beautyspot.codeprint.statements import Stated, attribute_place, is_defined, stated
from beautyspot.codeprint.watching import Use, Watch
from beautyspot.core.codeprint import CodeFingerprint, CodePart

__all__ = ["Reached", "reach"]

#: Parts of one function. A program that leads to more is told apart by the nearest ones.
_MOST: Final = 2_000


class Reached(NamedTuple):
    """The code of a function as it is, and what notices that it is not any more."""

    found: CodeFingerprint | NoSource
    watch: Watch


def reach(function: FunctionType) -> Reached:
    """Answer the fingerprint of a function."""
    name = f"{shown(function.__qualname__)}() itself"
    place = function_place(function, name)
    if isinstance(place, NoSource):
        return Reached(place, Watch(function))
    walk = _Walk(function, place)
    walk.run()
    return Reached(walk.fingerprint(), Watch(function, walk.uses))


class _Walk:
    """The parts that are found so far, the nearest first."""

    def __init__(self, function: FunctionType, place: Place) -> None:
        self.uses: list[Use] = []
        self._places = [place]
        self._links: list[list[tuple[str, int]]] = [[]]
        self._numbers: dict[Hashable, int] = {id(function): 0}
        self._kept: list[object] = []  # lest another object gets the id of one that was seen
        self._seen: set[Hashable] = set()
        self._spaces: dict[type, Mapping[str, Any]] = {}
        self._function = function

    def run(self) -> None:
        """Go through the parts, which become more as it goes."""
        self._defaults()
        for number, place in enumerate(self._places):
            names = place.names()
            for chain in names.chains:
                self._chain(number, place, chain)
            for name in names.own:
                self._attribute(number, _classes_of(place), name)
            for method in place.inside:
                self._codes(number, method.__code__.co_name, [method])
            self._modules(number, place, names.imports)

    def fingerprint(self) -> CodeFingerprint:
        """Answer the fingerprint of all parts."""
        parts = zip(self._places, self._links, strict=True)
        return CodeFingerprint(
            tuple(
                CodePart(place.name, place.content(), tuple(sorted(set(links))))
                for place, links in parts
            ),
            tuple(place.name for place in self._places if place.without_source),
        )

    def _link(self, number: int, label: str, key: Hashable, make: Callable[[], Place]) -> None:
        """Note that a name in a part leads to a part, which is made when it is new."""
        if key not in self._numbers:
            if len(self._places) >= _MOST:
                return
            self._numbers[key] = len(self._places)
            self._places.append(make())
            self._links.append([])
        self._links[number].append((label, self._numbers[key]))

    def _defaults(self) -> None:
        """Follow the functions that are defaults: of a nested function no name leads to them."""
        defaults = (
            *(self._function.__defaults__ or ()),
            *(self._function.__kwdefaults__ or {}).values(),
        )
        for default in defaults:
            self._codes(0, "default", code_behind(default))
        self._codes(0, "wrapped", code_behind(self._function))

    def _codes(self, number: int, label: str, codes: Sequence[Code]) -> None:
        for code in codes:
            self._kept.append(code)
            self._link(number, label, id(code), partial(self._placed, code))

    def _placed(self, code: Code) -> Place:
        """Answer the place of a helper; what the function was before decorators is itself too."""
        place = place_of(code)
        same_name = code.__qualname__ == self._function.__qualname__
        if same_name and code.__module__ == self._function.__module__:
            return replace(place, name=self._places[0].name)
        return place

    def _modules(self, number: int, place: Place, imports: Sequence[Import]) -> None:
        package = str(place.variables.get("__package__") or "")
        for name, inner, tree in modules_of(imports, package):
            made = Place(f"module {name}", {"__package__": inner}, (tree,))
            self._link(number, name, ("module", name), partial(_itself, made))

    def _chain(self, number: int, place: Place, chain: Chain) -> None:
        """Follow a name, and what is asked of what it leads to."""
        name, *attributes = chain
        if name == SUPER:
            if attributes:
                self._attribute(number, _classes_of(place)[1:], attributes[0])
        elif name in place.closure:
            try:
                value: object = place.closure[name].cell_contents
            except ValueError:  # it has no value yet
                return
            if is_a(value, ModuleType):
                self._variable(number, place, variables_of(value), chain[1:])
            else:
                self._codes(number, name, code_behind(value))
        else:
            self._variable(number, place, place.variables, chain)

    def _variable(self, number: int, place: Place, space: Mapping[str, Any], chain: Chain) -> None:
        """Follow a variable of a module; when it is a module itself, one of its variables."""
        label = ".".join(chain)
        while chain and is_own(space):
            name, *attributes = chain
            if name not in space:
                self._absent(space, name)
                return
            value: object = space[name]
            if is_a(value, ModuleType):
                self.uses.append(Use(space, name, value))
                space, chain = variables_of(value), chain[1:]
                continue
            if attributes and is_a(value, type) and value is place.owner:
                self.uses.append(Use(space, name, value))
                self._attribute(number, _classes_of(place), attributes[0])
            elif not (name.startswith("__") and name.endswith("__")):
                self._value(number, label, space, name)
            return

    def _absent(self, space: Mapping[str, Any], name: str) -> None:
        # What is defined in a notebook may hide one of Python's own functions.
        if is_typed_in(space) or not hasattr(builtins, name):
            self.uses.append(Use(space, name, None, is_there=False))

    def _value(self, number: int, label: str, space: Mapping[str, Any], name: str) -> None:
        """Follow what a variable of a module of the user holds, and how it came to hold it."""
        marker = ("value", id(space), name)
        value = space[name]
        codes = code_behind(value)
        self._kept.append(value)
        said = Stated() if is_defined(name, value, space) else stated(name, value, codes, space)
        if not said.moves:  # else what it holds now is chance
            self._codes(number, label, codes)
            self.uses.append(Use(space, name, value))
        if said.place is not None:
            self._link(number, label, marker, partial(_itself, said.place))
        if marker not in self._seen:
            self._seen.add(marker)
            for other, there in said.origins:
                self._value(number, label, other, there)

    def _attribute(self, number: int, classes: Sequence[type], name: str) -> None:
        """Follow an attribute of a class of the user, or of its instances."""
        for class_ in classes:
            # One for each class, as names are watched by where they stand.
            space = self._spaces.setdefault(class_, vars(class_))
            if name not in space:
                continue
            if is_own(module_of(class_)):
                codes = code_behind(space[name])
                self.uses.append(Use(space, name, space[name]))
                self._codes(number, name, codes)
                if not any(_is_method(code, class_, name) for code in codes):
                    self._stated_attribute(number, class_, name)
            return
        for class_ in classes:
            if is_own(module_of(class_)):
                self._stated_attribute(number, class_, name)

    def _stated_attribute(self, number: int, class_: type, name: str) -> None:
        self._kept.append(class_)
        place = attribute_place(class_, name)
        if place is not None:
            self._link(number, name, ("attribute", id(class_), name), partial(_itself, place))


def _classes_of(place: Place) -> Sequence[type]:
    """Answer the class that a method is of and those that it is made of; () when it is of none."""
    return () if place.owner is None else place.owner.__mro__


def _itself(place: Place) -> Place:
    return place


def _is_method(code: Code, class_: type, name: str) -> bool:
    if not is_a(code, FunctionType):
        return False
    function = cast("FunctionType", code)
    return function.__code__.co_qualname == f"{class_.__qualname__}.{name}"

"""Ids are UUIDs of version 7; actors may what their rights say; a refusal is a sentence."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baarada.kernel import ids
from baarada.kernel.actors import EVERYTHING, Actor
from baarada.kernel.errors import NotAllowed, Refused
from baarada.kernel.ids import IdMaker, as_id, as_uuid


class TestIds:
    @given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
    def test_they_are_uuids_of_version_7_that_begin_with_the_time(self, ms, random):
        made = IdMaker(lambda: ms, lambda size: random[:size])()
        assert len(made) == 16
        assert as_uuid(made).version == 7
        assert as_uuid(made).variant == "specified in RFC 4122"
        assert int.from_bytes(made[:6], "big") == ms

    @given(st.lists(st.integers(1, 2**40), min_size=2, unique=True))
    def test_they_sort_by_birth(self, times):
        made = [IdMaker(lambda ms=ms: ms)() for ms in times]
        assert sorted(made) == [one for _, one in sorted(zip(times, made, strict=True))]

    def test_no_two_are_equal_even_in_one_millisecond(self):
        make = IdMaker(lambda: 5)
        assert len({make() for _ in range(2_000)}) == 2_000

    def test_a_clock_before_1970_makes_ids_all_the_same(self):
        assert IdMaker(lambda: -5)()[:6] == bytes(6)

    def test_an_id_is_read_from_each_of_its_forms(self):
        made = ids.new_id()
        uuid = as_uuid(made)
        assert as_id(made) == as_id(uuid) == as_id(str(uuid)) == as_id(uuid.hex) == made
        assert isinstance(uuid, UUID)

    @pytest.mark.parametrize("bad", [b"short", b"", "not an id", ""])
    def test_what_is_no_id_is_refused(self, bad):
        with pytest.raises(ValueError, match=r".+"):
            as_id(bad)


class TestActors:
    def actor(self, *rights):
        return Actor(bytes(16), "Amina", bytes(16), "district", frozenset(rights))

    def test_somebody_may_what_their_rights_say(self):
        assert self.actor("see").may("see")
        assert not self.actor("see").may("write")
        assert self.actor(EVERYTHING).may("write", at=bytes(16))
        assert Actor(bytes(16), "Amina", bytes(16), "district").may("anything")

    def test_what_is_not_allowed_is_refused_by_name(self):
        self.actor("see").require("see")
        with pytest.raises(NotAllowed, match="write"):
            self.actor("see").require("write")


class TestErrors:
    def test_a_refusal_is_said_in_the_language_of_the_moment(self):
        class Later:
            said = "one"

            def __str__(self):
                return self.said

        message = Later()
        refused = Refused(message)
        assert str(refused) == "one"
        message.said = "two"
        assert str(refused) == "two"
        assert isinstance(NotAllowed("x"), Refused)

"""Paged lists: all elements in order, each page once, or a failure."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pal_agent.cloud.azure import MOST_PAGES, Azure, Listing, a_page, a_sign_in_answer, an_object
from pal_agent.cloud.failure import Failure
from pal_agent.model import Code

NOT_NOW = Failure(Code.UNAVAILABLE, "Not now.", status=503, transient=True)


class Pages:
    """Stands where `Azure` does: pages by their URL, failing where told, as often as told."""

    def __init__(self, pages: Mapping[str, Any], failing: Mapping[str, int] | None = None) -> None:
        self.pages, self.failing, self.asked = pages, dict(failing or {}), list[str]()

    def get_url(self, _: object, url: str, shape: Callable[[Any], Any]) -> Any:
        self.asked.append(url)
        if self.failing.get(url, 0):
            self.failing[url] -= 1
            raise NOT_NOW
        return shape(self.pages[url])

    def listing(self) -> Listing:
        return Listing(cast("Azure", self), cast("Any", None), url="0")


def chain(sizes: list[int]) -> dict[str, Any]:
    """So many elements on each page."""
    pages: dict[str, Any] = {}
    for number, size in enumerate(sizes):
        pages[str(number)] = {"value": [{"page": number, "at": at} for at in range(size)]}
        if number + 1 < len(sizes):
            pages[str(number)]["nextLink"] = str(number + 1)
    return pages


@given(
    sizes=st.lists(st.integers(0, 3), min_size=1, max_size=8), failing=st.dictionaries(st.integers(0, 7), st.just(1))
)
def test_every_element_comes_once_and_in_order(sizes: list[int], failing: dict[int, int]) -> None:
    """However often it is interrupted: it goes on with the page that failed, and asks for no other again."""
    pages = Pages(chain(sizes), {str(at): times for at, times in failing.items()})
    listing, found = pages.listing(), None
    while found is None:
        try:
            found = listing()
        except Failure as failure:
            if failure is not NOT_NOW:
                raise
    assert found == [element for page in pages.pages.values() for element in page["value"]]
    due = sum(1 for at in failing if at < len(sizes))
    assert len(pages.asked) == len(sizes) + due


@given(size=st.integers(1, 6), back=st.integers(0, 5))
def test_a_repeat_is_found_at_once(size: int, back: int) -> None:
    """Wherever the last page leads back to."""
    pages = chain([1] * size)
    pages[str(size - 1)]["nextLink"] = str(min(back, size - 1))
    served = Pages(pages)
    with pytest.raises(Failure) as caught:
        served.listing()()
    assert caught.value.reason.code is Code.PAGING_LOOP
    assert not caught.value.transient
    assert len(served.asked) == size


def test_pages_are_counted() -> None:
    """So many and no more."""
    served = Pages(chain([1] * (MOST_PAGES + 1)))
    with pytest.raises(Failure) as caught:
        served.listing()()
    assert caught.value.reason.code is Code.PAGING_LOOP
    assert len(served.asked) == MOST_PAGES
    assert len(Pages(chain([1] * MOST_PAGES)).listing()()) == MOST_PAGES


@pytest.mark.parametrize("content", [{"value": []}, {"value": [{}]}, {"value": [], "nextLink": None, "count": 5}])
def test_what_a_page_is(content: Any) -> None:
    """`value` with objects in it."""
    assert a_page(content) == content


@pytest.mark.parametrize(
    "content",
    [
        *(None, [], "x", 5, {}, {"value": None}, {"value": {}}, {"value": "x"}, {"value": [1]}, {"value": [None]}),
        *({"value": [[]]}, {"value": [], "nextLink": 5}, {"value": [], "nextLink": {}}, {"Value": []}),
    ],
)
def test_what_a_page_is_not(content: Any) -> None:
    """Never an empty list in its place."""
    with pytest.raises(ValueError, match="not"):
        a_page(content)


@pytest.mark.parametrize("content", [None, [], "x", 5, True])
def test_what_an_object_is_not(content: Any) -> None:
    """Nothing but a mapping."""
    with pytest.raises(ValueError, match="not an object"):
        an_object(content)


@pytest.mark.parametrize(
    "content",
    [
        {"access_token": "x", "expires_in": 3599},
        {"access_token": "x", "expires_in": "3599"},
        {"access_token": "x", "expires_in": 0},
        {"access_token": "x", "expires_in": -10},
        {"access_token": "x", "expires_on": "1800000000"},
        {"token_endpoint": "https://x"},
    ],
)
def test_what_sign_in_answers(content: Any) -> None:
    """Entra, App Service and instance metadata spell a token's life differently."""
    assert a_sign_in_answer(content) == content


@pytest.mark.parametrize(
    "content",
    [
        *({}, [], None, {"access_token": None}, {"access_token": "x"}, {"access_token": "x", "expires_in": None}),
        *({"access_token": "x", "expires_in": "soon"}, {"access_token": "x", "expires_in": 3.5}),
        *({"access_token": "x", "expires_in": 10**400}, {"access_token": "x", "expires_in": "9" * 5000}),
        *({"token_endpoint": None}, {"token_endpoint": "https://x", "error": "invalid_client"}),
    ],
)
def test_what_sign_in_does_not_answer(content: Any) -> None:
    """A token without a usable life would break the library behind it."""
    with pytest.raises(ValueError, match=r".+"):
        a_sign_in_answer(content)

"""Link facts for the tests of plans."""

from hypothesis import strategies as st

from pal_agent.model import Code, LinkFact, Missing, NoLink, Reason, Target, TargetFacts

OURS, OTHERS = "5127255", ("4433221", "6001001")
UNREADABLE = Missing(reason=Reason(code=Code.FORBIDDEN, message="no", status=403))
AUTOMATIC = Missing(reason=Reason(code=Code.CSP_AUTOMATIC, message="CSP", status=400))

links = st.one_of(
    st.just(NoLink()),
    st.sampled_from([OURS, *OTHERS]).map(lambda partner_id: LinkFact(partner_id=partner_id)),
    st.sampled_from([UNREADABLE, AUTOMATIC]),
)


def facts(number: int, link: LinkFact | NoLink | Missing, wanted: str = "present") -> TargetFacts:
    target = Target(
        credential=f"credential-{number:03}",
        tenant_id=f"00000000-0000-4000-8000-{number:012}",
        client_id=None,
        expected_partner_id=OURS,
        link="absent" if wanted == "absent" else "present",
    )
    unread = isinstance(link, Missing)
    return TargetFacts(target=target, object_id=None if unread else f"object-{number}", link=link)


estates = st.lists(st.tuples(links, st.sampled_from(["present", "absent"])), max_size=30).map(
    lambda found: [facts(number, link, wanted) for number, (link, wanted) in enumerate(found)]
)

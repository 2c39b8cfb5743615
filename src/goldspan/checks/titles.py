"""Words with a capital that stand beside a name and are no part of it."""

from __future__ import annotations

# Offices that a person holds: neither *President of X* nor *X Commander* is a longer name.
OFFICES = frozenset(
    """
    Ambassador Chairman Chairperson Chairwoman Chancellor Chief Commander Commissioner Coordinator Deputy Director Envoy
    Governor Head King Leader Mayor Minister Premier President Prime Prince Princess Queen Representative Speaker
    Spokesman Spokesperson Spokeswoman
    """.split()  # noqa: SIM905 (words read best as words)
)
# Ranks and forms of address, which stand in front of a name.
TITLES = OFFICES | frozenset(
    """
    Adm Admiral Brig Brigadier Capt Captain Cardinal Col Colonel Cpl Corporal Doctor Dr Gen General Gov Haji Hon Imam
    Judge Justice Lady Lance Lieutenant Lord Lt Maj Major Marshal Miss Mr Mrs Ms Mullah Officer Pope Private Prof
    Professor Pvt Rear Rep Rev Secretary Sen Senator Sergeant Sgt Sheikh Sir Vice Warrant
    """.split()  # noqa: SIM905 (words read best as words)
)
# They take a capital at the beginning of a sentence and in headlines, in small letters here.
FUNCTION_WORDS = frozenset(
    """
    a about above across after against all along also although among amid an and any are around as asked at be because
    been before behind below beneath beside besides between beyond both but by can could despite did do does down during
    each either even every few for from had has have he her here his how however i if in inside instead into is
    it its just last like many may meanwhile might more moreover most my near neither no nor not now of off on once
    one only onto or other our out outside over per since so some still such than that the their then there therefore
    these they this those though through throughout thus to today together tomorrow toward towards under unlike until
    unless up upon was we were what when where whereas whether which while who whom whose why will with within without
    would yesterday yet you your
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december
    """.split()  # noqa: SIM905 (words read best as words)
)

"""The words by which page furniture and abbreviations are known, as data: of no outlet in particular.

The furniture is in the languages of much news. All are compared without regard to case, except the names of agencies.
"""

from __future__ import annotations


def _list(phrases: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in " ".join(phrases.split()).split(","))


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# News and picture agencies, and picture libraries.
AGENCIES = _list("""
    AA, AFP, Agence France-Presse, Agencies, Anadolu, Anadolu Agency, ANSA, AP, APA, Associated Press, Beta,
    Bloomberg, BTA, Deutsche Presse-Agentur, DPA, dpa, DVIDS, EFE, EPA, EPA-EFE, FENA, FoNet, Getty, Getty Images,
    HINA, Hina, Interfax, iStock, ITAR-TASS, Kyodo, Kyodo News, PTI, REUTERS, Reuters, RFE/RL, RIA Novosti,
    Shutterstock, TANJUG, Tanjug, TASS, The Associated Press, Thomson Reuters, United Press International, UPI,
    Xinhua, Xinhua News Agency
""")

# What an agency's name may carry where it stands alone: `Associated Press Writer`.
ROLES = _list("correspondent, correspondents, reporter, reporters, staff, staff writer, writer, writers")

# Bylines without a name.
NAMELESS = _list("""
    from our correspondent, from our correspondents, our correspondent, staff, staff and agencies, staff
    correspondent, staff report, staff reporter, staff writer, staff writers
""")

# `Photo: …`, `Source: …`, `Foto: …`
CREDITS = _list("""
    bild, bildquelle, burimi, cover photo, credit, credits, crédit photo, crédits photo, featured image, file photo,
    fonte, foto, fotografia, fotografie, fotografija, fotos, fotoğraf, fuente, graphic, header image, illustration,
    ilustracija, image, image credit, image credits, image source, images, izvor, kaynak, photo, photo courtesy,
    photo credit, photo credits, photo source, photograph, photographer, photographs, photos, picture, picture
    credit, quelle, source, text and photo, text and photos
""")

# `By …`, `Von …`
BY = _list("by, par, por, von, yazan")

# `Author: …`
AUTHORS = _list("auteur, author, authors, autor, napisao, piše, shkruan, written by")

# `Reporting by …; editing by …`
CREW = _list("additional reporting, compiled, edited, editing, reporting, translated, writing, written")

# Words that may stand in small letters in a credit: `Photo: courtesy of the Ministry of Defence via AP`.
SMALL_WORDS = _set("""
    a al and archive archived arhiva at bin by courtesy da de del der di du e el et file fonet for from handout i
    ilustracija in la le media of official on or pool press printscreen privat private screengrab screenshot social
    the und van via von website with y
""")

# Small words inside a personal name.
PARTICLES = _set("abu al bin bint da de del della den der di du el ibn la le van von")

# The first word of a `By …` that names nobody.
NOBODY = _set("""
    a air all an any beginning bus car comparison contrast day definition design foot force hand invitation land law
    night no order our plane popular proxy rail road sea special that the their then this train which
""")

# From here to the end stand other articles.
TAILS = _list("""
    articles liés, articoli correlati, artículos relacionados, das könnte sie auch interessieren, ilgili haberler,
    lajme të ngjashme, latest articles, latest news, latest posts, latest stories, leave a comment, leave a reply,
    mehr zum thema, more from this author, more news, more on this story, more on this topic, more stories, most
    popular, most read, most viewed, najnovije vesti, najčitanije, noticias relacionadas, notizie correlate, other
    news, popular posts, post a comment, povezane vesti, povezane vijesti, recent articles, recent news, recent
    posts, recommended, recommended articles, recommended for you, recommended reading, recommended stories,
    related, related articles, related content, related coverage, related items, related links, related news,
    related posts, related reading, related stories, related topics, related videos, similar articles, sur le même
    sujet, top stories, trending, trending now, të ngjashme, you may also be interested in, you may also like, you
    might also be interested in, you might also like, verwandte artikel, verwandte themen, ähnliche artikel
""")

# The article may go on after these: alone they head a box, before a colon they name one other article.
BOXES = _list("""
    also read, also see, bunu da okuyun, lea también, leggi anche, lesen sie auch, lexo edhe, lexoni edhe, lire
    aussi, pročitajte i, pročitajte još, read also, read more, read next, recommended, related, related article,
    related story, see also, à lire aussi
""")

# `Tags: …`
LISTS = _list("categories, category, filed under, keywords, tags")

# `Published: 3 June 2010, 14:05 GMT`: one of these, and nothing but a date behind it.
DATED = _list("last modified, last updated, modified, posted, posted on, published, published on, updated")

DATE_WORDS = _set("""
    a am and apr april at aug august cest cet dec december edt est feb february fri friday gmt jan january jul july
    jun june local mar march may mon monday nd nov november oct october on p pm rd sat saturday sep sept september
    st sun sunday th thu thursday time tue tuesday utc wed wednesday
""")

# Where these stand before a name, that name is the outlet's.
SPOKEN_TO = _list("""
    exclusive interview for, exclusive interview with, exclusively for, exclusively to, interview for, interview to,
    interview with, speaking for, speaking to, statement for, statement to, told
""")

# And where these stand behind it.
SPEAKING = _list("correspondent, editor, has learned, has learnt, journalist, reporter, writes")

# Buttons and signs of a page.
SIGNS = _list("""
    advertisement, advertising, back to top, click to enlarge, continue reading, download pdf, email this article,
    for immediate release, listen to this article, print this article, print this page, save pdf, share on facebook,
    share on twitter, share on x, share this, share this article, share this post, share this story, skip to
    content, story continues below, story continues below advertisement, tweet
""")

# A full stop behind these never ends a sentence: they stand before names.
TITLES = _set("""
    adm adml amb asst atty brig bros capt cdr cllr cmd cmdr cmsgt col comdr cpl cpo cpt dept det dipl dr drs ens esp est
    fr gen gov hon ing insp inž lt ltc ltcol ltg maj mgr mlle mme mons mr mrs ms msgt mt ofc pfc pres prof pte pvt rep
    reps ret rev rgt sen sens sfc sgt spc sr ssgt st ste supt tsgt univ viz vs
""")

# Nor behind these, if a number follows.
BEFORE_NUMBERS = _set("""
    approx apr art arts aug c ca cf ch chap dec ed eds feb fig figs jan jul jun mar no nos nov nr oct p para paras pp
    sec sect sep sept vol vols
""")

"""Where sentences end, in the languages that a scheme may name."""

import pytest

from goldspan import tokens
from goldspan.articles import sentence_rules
from goldspan.articles.sentence_rules import SentenceRules
from goldspan.articles.sentences import sentences

# Sentences of one paragraph each, with ¦ between them.
PARAGRAPHS = [
    ("en", "He met Maj. Gen. J. R. Doe and Lt. Col. Smith Jr. on the bridge.¦The U.S. Army left at 5 p.m. Monday."),
    (
        "en",
        "“We stay,” he said.¦“We are here.¦We stay.”¦Smith agreed.¦He left the U.S.¦The rest stayed…¦Then it went.",
    ),
    ("en", "It cost $3.5 million.¦$5 was left.¦See e.g. No. 5 and Fig. 3 (p. 5. It is long. Very long.) for more."),
    ("en", "1. The first.¦2. The second.¦Version 2.1.¦He is 42.¦Yahoo! said no.¦Who?¦Me!¦World War II.¦The end."),
    (
        "en",
        "He (what!) went.¦“He said […] Smith went.”¦J. K. Rowling wrote.¦Facts.[1]¦More of them.[2][3]¦He left.¹¦So.",
    ),
    ("en", "He works for Acme Inc. in Washington, D.C.¦It is on example.com.¦Ann knows @ann.¦#metoo began.¦‘No.’¦So."),
    ("de", "Am 3. Mai kam z.B. Dr. Müller, d.h. der Chef, nach Berlin.¦Im 21. Jahrhundert usw.¦Die Truppen gingen."),
    (
        "de",
        "Das Jahr 2004.¦Danach kam Ludwig XIV. nach Paris.¦„Wir gehen.“¦Er ging.¦»Ja!«¦Sie blieb am 3.¦Die nicht.",
    ),
    (
        "de",
        "Die Fa. Bosch GmbH & Co. KG zahlte ca. 3,5 Mrd. Euro.¦Prof. Dr. h.c. Meier (geb. 1950. In Ulm.) sprach.",
    ),
    ("de", "Köln siegte 3:1.¦„Nein!“, rief Dr. h. c. mult. Maier.¦Es waren 3,5.¦Mehr nicht.¦Das war **gut.**¦Ende."),
    ("nl", "Op 3 mei kwam dhr. Jansen, d.w.z. de baas, bijv. naar Amsterdam.¦De N.V. Philips verkocht o.a. lampen."),
    (
        "nl",
        "„Wij gaan,” zei hij.¦’s Avonds was het stil.¦Mr. Pieter van Vollenhoven kwam.¦Het kostte € 3,5 mln.¦De rest.",
    ),
    ("fr", "M. Dupont est arrivé à 10 h.¦Il a dit : « Nous partons. »¦Elle est restée.¦« Vraiment ? »¦Oui !"),
    ("fr", "L’an 700 av. J.-C.¦L’espace.¦Mme. Durand, cf. p. 12, n’est pas là.¦Le Dr. Martin, etc.¦Les autres."),
    (
        "es",
        "El Sr. García llegó a EE. UU. ayer.¦¿Qué pasó?¦¡Nada!¦La Dra. Pérez y D. Juan (pág. 12).¦Costó 3.500 euros.",
    ),
    ("it", "Il dott. Rossi è arrivato.¦L'on. Bianchi, ecc.¦La strada.¦«Andiamo.»¦Lei è rimasta."),
    ("pt", "O Sr. Silva chegou.¦A Profa. Dra. Costa, pág. 12.¦“Vamos.”¦Ela ficou."),
    ("ar", "قال د. محمد إن القوات غادرت.¦هل هذا صحيح؟¦نعم!¦«نحن هنا.»¦وأضاف: لا.¦بلغت 3.5 مليون."),
    ("fa", "او رفت.¦آیا آمد؟¦بله."),
    ("ur", "وہ گیا۔¦کیا وہ آیا؟¦ہاں۔"),
    ("he", "הוא הלך.¦היא באה."),
    ("he", "הוא הלך.\u200f¦\u200fהיא באה \u202bABC\u202c.¦סוף."),
    ("hi", "वह गया।¦फिर आया।¦क्या?¦हाँ।"),
    ("zh", "他说：“我们走。”¦然后离开了。¦真的吗？¦是的！¦价格是3.5元（见第5页。很长。）。¦他来了……然后走了。"),
    ("zh", "“好吗?”¦他问。¦“好。”"),
    ("ja", "彼は「行くぞ。」と言った。¦そして去った。¦本当ですか？¦価格は３．５円。¦「そうです。」¦彼女は笑った。"),
    ("ko", "그는 갔다.¦그녀는 왔다.¦3.5% 올랐다."),
    ("el", "Πού είναι;¦Εδώ.¦Ο κ. Παπαδόπουλος ήρθε."),
    ("ru", "В 2004 г. Путин приехал.¦Это стоило 3 млн. руб.¦Он ушёл и т. д.¦Потом А. С. Пушкин."),
    ("cs", "Dne 3. května přijel Ing. Novák, tj. ředitel.¦Ve 20. století.¦Pak odešel."),
    ("pl", "Gen. Nowak i płk. Kowalski przyjechali w 2004 r. do Polski.¦Potem odjechali."),
    ("sv", "Kl. 20 kom bl.a. Dr. Svensson den 3 maj.¦Sedan gick han."),
    ("tr", "3. Ordu geldi.¦Prof. Dr. Ali gitti.¦Saat 20.00.¦Sonra."),
    ("hy", "Նա գնաց։¦Հետո եկավ։"),
    ("am", "ሄደ።¦መጣ።"),
    ("xx", "He left.¦Gen. Smith stayed."),
]


@pytest.mark.parametrize(("language", "marked"), PARAGRAPHS)
def test_sentences_end_where_a_reader_of_the_language_ends_them(language, marked):
    space = "" if language in {"zh", "ja"} else " "
    text = marked.replace("¦", space)
    found = [text[start:end] for start, end in sentences(text, 0, len(text), SentenceRules.of(language))]
    assert found == marked.split("¦")


@pytest.mark.parametrize("language", tokens.languages())
def test_every_language_has_rules(language):
    text = "A. B left… Then? “No.” 3. C"
    assert [*sentences(text, 0, len(text), SentenceRules.of(language))]


def test_the_table_has_languages_that_a_scheme_can_name_and_words_as_they_are_compared():
    table = sentence_rules._table()
    assert table.keys() - {"all"} <= {*tokens.languages()}
    for rules in table.values():
        for key in ("abbreviations", "before_numbers", "starters"):
            words = rules.get(key, "").split()
            assert words == sorted(set(words))
            assert all(word == word.lower() and not word.endswith(".") for word in words)


def test_a_mark_with_nothing_but_marks_after_it_ends_no_sentence():
    text = "He left . \" '"
    assert [*sentences(text, 0, len(text), SentenceRules.of("en"))] == [(0, len(text))]

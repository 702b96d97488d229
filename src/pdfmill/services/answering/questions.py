"""What a question asks for: the words that carry its meaning, and whether it wants a figure, a date or a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

_WORD = re.compile(r"\w+(?:[.-]\w+)*")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]")


class Wanted(Enum):
    """What an answer has in it."""

    ANYTHING = auto()
    FIGURE = auto()
    DATE = auto()
    NAME = auto()


#: How questions for a figure, a date or a name begin, in all languages below.
_WANTED: Mapping[Wanted, re.Pattern[str]] = {
    wanted: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
    for wanted, words in {
        Wanted.FIGURE: r"how (?:much|many|long|old|often|high|large|big|far)|wie ?viele?|wie (?:hoch|lange?|teuer|alt"
        r"|oft|groß|weit|früh)|combien|quelle (?:durée|fréquence|somme)|cuánt[oa]s?|quant[oiae]|hoeveel|ile|ilu"
        r"|hur (?:många|mycket|länge)|hvor (?:mange|meget|længe|mye|lenge)|kolik|kuinka (?:monta|paljon)|сколько",
        Wanted.DATE: r"when|(?:what|which) (?:date|day|year|time)|wann|quand|cuándo|quando|wanneer|kiedy|när|hvornår"
        r"|når|kdy|milloin|когда",
        Wanted.NAME: r"who|whom|whose|wer|wen|wem|wessen|qui|quién|quiénes|chi|quem|wie is|kto|vem|hvem|kdo|kuka|кто"
        r"|кого",
    }.items()
}

#: Words that stand in questions and say nothing of what is asked for: question words, articles, pronouns, prepositions,
#: auxiliary verbs.
_FUNCTION_WORDS: Mapping[str, str] = {
    "en": """
        a about after all am an and any anybody anyone anything are as at be been before being between by can
        could did do does for from get gets give got had happen happens has have he her here high him his how i
        if in into is it its let long many may me might mine much must my no not of often old on or our out over
        per please shall she should so some tell than that the their them there these they this those to under
        up us was we were what when where whether which while who whom whose why will with would you your
    """,
    "de": """
        aber alle als am an auch auf aus bei bekommt bin bis bist da damit dann darf das dass dem den denn der
        deren des die dies diese diesem diesen dieser dieses doch dort du durch dürfen ein eine einem einen
        einer eines er es etwas für gegen geht gibt habe haben hat hatte hoch ich ihr ihre im in ins ist ja kann
        kannst können lange man mein meine mich mir mit muss müssen nach nicht noch nur ob oder oft ohne schon
        sein seine sich sie sind so soll sollen um und uns unter viel viele vom von vor wann war waren warum was
        weil welche welchem welchen welcher welches wem wen wenn wer werde werden wessen wie wieso wird wo wofür
        woher wohin womit worden worum worüber wovon wozu wurde wurden zu zum zur über
    """,
    "fr": """
        a au aux avec avoir ce ceci cela ces cet cette combien comme comment d dans de des dont du elle elles en
        entre es est et eux faire fait faut fut il ils j je l la le les leur leurs lui m ma mais me mes moi mon
        n ne nos notre nous on ont ou où par pas pendant peut peuvent peux plus pour pourquoi puis qu quand que
        quel quelle quelles quels qui quoi s sa sans se ses si son sont sur t t-elle t-il t-on ta te temps tes
        toi ton tous tout toute toutes tu un une vos votre vous y à été être
    """,
    "es": """
        a al ante aquí como con cuando cuál cuáles cuándo cuánta cuántas cuánto cuántos cómo de del desde donde
        durante dónde el ella ellos en entre era es esa ese eso esta estas este esto estos está están fue fueron
        ha hace hacer han hasta hay la las le les lo los me mi mis muy más ni no nos o para pero poder por
        porque puede pueden puedo que quien quién quiénes qué se ser si sin sobre son su sus tal tiene tienen tu
        un una unas uno unos va van y ya yo
    """,
    "it": """
        a ad ai al alla alle allo anche c che chi ci cioè come con cos cosa cui da dai dal dalla dalle davvero
        degli dei del della delle dello di dove due e ed era essere fa fare fra gli ha hanno ho i il in io l la
        le lei lo loro lui ma me mi mia mio ne nei nel nella nelle no noi non o ogni per perché più posso
        possono può qual quale quali quando quanta quante quanti quanto quella quello questa questo qui quindi
        se sei si sia sono su sua sugli sui sul sulla suo ti tra tu tuo un una uno vengono viene
    """,
    "nl": """
        aan al als bij dan dat de deze die dit doe door een en er geen had heb hebben heeft hen het hij hoe
        hoeveel hun ik in is ja je kan kunnen maar mag me men met mij mijn moet naar niet nog of om ons onze ook
        op over te tegen toch toen tot u uit uw van veel voor waar waarom waren was wat we welk welke werd wie
        wij worden wordt zal ze zich zij zijn zo zonder zou
    """,
    "pt": """
        a ao aos as até com como da das de do dos e ela ele em entre era essa esse esta este está eu foi foram
        há isso isto já la lhe lo mais mas me meu minha muito na nas nem no nos não o onde os ou para pela pelas
        pelo pelos pode podem por porque posso quais qual quando quanta quantas quanto quantos que quem se sem
        ser seu sua são também tem têm um uma você é
    """,
    "pl": """
        a aby albo ale bez bo by być był była było były co czy czyj dla do gdy gdzie go i ich ile ilu im inne ja
        jak jaka jaki jakich jakie jego jej jest kiedy komu kto która które który których lub ma mają mi mnie
        może można mój na nad nie nim o od ona one oni oraz po pod przed przez przy się są ta tak także te tego
        tej ten to tu ty tym w we więc z za ze że
    """,
    "sv": """
        alla att av blev bli blir de dem den denna deras dess det detta dig din du där efter ej eller en er ett
        finns från för ha hade han har hon honom hur i icke in inte jag kan kunde man med mellan men mig min mot
        mycket många måste nej ni nu när och om oss på sedan sig sin ska som så till under upp ut utan vad var
        vara varför vem vid vilka vilken vilket är över
    """,
    "da": """
        af alle at blev blive bliver da de dem den denne der deres det dette dig din du efter eller en er et for
        fra ham han har havde hende hun hvad hvem hver hvilke hvilken hvilket hvis hvor hvordan hvorfor hvornår
        i ikke ind jeg kan kunne man mange med meget men mig min må ned noget og også om op os over på sig sin
        skal som til ud under var ved vi vil være
    """,
    "cs": """
        a aby ale ani až byl byla bylo byly být co do ho i jak jakou jaká jaké jaký je jeho jej jejich její jen
        jsem jsme jsou já k kam kde kdo kdy kolik která které který mají mezi mi mně mohu musí má můj může na
        nad ne nebo není o od on ona oni po pod podle pro proč při s se si so ta tak také tato te ten tento to
        toho tom tu ty u v ve více však z za ze či že
    """,
    "fi": """
        ei että hän ja jo joka jos kanssa koska kuinka kuka kun kuten käy me miksi mikä millainen milloin minkä
        minä missä miten mitä monta mutta myös ne niin nämä olen olet oli olivat olla on onko ovat paljon se
        sekä sen siitä sinä tai te tämä tämän vaan vai voi voiko
    """,
    "ru": """
        а без бы был была были было быть в вам вас весь во вот все всё вы где да для до его ее если есть еще её
        же за зачем здесь и из или им их к как какая какие какое какой каком какую ко когда кого кому которая
        которые который кто ли мне можно мой мы на над надо не нет ни но ну о об он она они от по под почему при
        с свой себя сколько со так такой там то тоже только тут ты у уже чего чем что чтобы чья эта эти это этот
        я
    """,
}
#: What one calls the document itself: a question with no other words asks what all of it is about.
_DOCUMENT = "document dokument documento dokumentti документ text texte texto testo tekst paper file"
_ANY_LANGUAGE = " ".join(_FUNCTION_WORDS.values())


@dataclass(frozen=True)
class Asked:
    """What a question asks for.

    Attributes:
        words: Those that carry its meaning, in small letters, each once; none if it asks what all of it is about.
    """

    words: tuple[str, ...]
    wanted: Wanted


def asked_by(question: str, language: str | None) -> Asked:
    """What a question asks for.

    Args:
        language: That of the document, ISO 639-1; None if it is unknown.
    """
    known = frozenset(_FUNCTION_WORDS.get(language or "", _ANY_LANGUAGE).split())
    words = tuple(word for word in dict.fromkeys(words_in(question)) if word not in known)
    words = () if set(words) <= set(_DOCUMENT.split()) else words
    wanted = next((kind for kind, pattern in _WANTED.items() if pattern.search(question)), Wanted.ANYTHING)
    return Asked(words, wanted)


def words_in(text: str) -> list[str]:
    """Words, figures and codes in small letters; of scripts that put no spaces between words, pairs of characters."""
    if _UNSPACED.search(text):
        letters = "".join(filter(str.isalnum, text.casefold()))
        return [letters[index : index + 2] for index in range(len(letters) - 1)]
    return [word for word in _WORD.findall(text.casefold()) if len(word) > 1 or word.isdigit()]

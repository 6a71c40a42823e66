import pytest
from hypothesis import given
from hypothesis import strategies as st

from unrolled.errors import InputError
from unrolled.formats.encodings import decode
from unrolled.formats.legacy_encodings import Guess, guess_legacy, is_latin, oddities

TEXTS = {
    "french": (
        "L'été dernier, nous sommes allés à la plage où les enfants ont joué. L"
        "e garçon a mangé une crêpe, et sa sœur a préféré une glace à la vanill"
        "e. Ça coûtait très cher, mais c'était délicieux.",
        "cp1252 mac_roman",
    ),
    "german": (
        "Über den Wäldern lag früh am Morgen ein dünner Nebel. Die Mädchen hört"
        "en Vögel und gingen zurück in das große Haus, wo schon Brötchen und Kä"
        "se auf dem Tisch standen. Das war schön, sagte der Großvater.",
        "cp1252 mac_roman cp850 cp437",
    ),
    "english": (
        "The tickets cost £5 each and the tea was fine. “It’s late,” she said —"
        " and left for the café where nobody knew her name or what she did.",
        "cp1252 mac_roman",
    ),
    "spanish": (
        "El niño pequeño comió una manzana en el jardín. ¿Dónde está la mañana?"
        " ¡Qué día más bonito! Según mi compañera, el señor Muñoz llegará despu"
        "és del almuerzo.",
        "cp1252 mac_roman cp850",
    ),
    "portuguese": (
        "Não há razão para não irmos à praia amanhã. As crianças já estão pront"
        "as, e a avó fez pão com queijo. Então vocês também virão, disse o irmã"
        "o.",
        "cp1252 cp850",
    ),
    "swedish": (
        "På våren går vi ut i skogen och plockar blåbär när det är dags. Många "
        "människor tycker om att åka båt på sjön, och själv är jag där så ofta "
        "jag får.",
        "cp1252 cp850",
    ),
    "finnish": (
        "Äiti meni keväällä mökille, jossa järvi oli vielä jäässä. Pöydällä oli"
        " leipää ja hyvää juustoa, eikä kenelläkään ollut kiire mihinkään tänää"
        "n.",
        "cp1252",
    ),
    "icelandic": (
        "Það er kalt í dag og veðrið er vont. Þau fóru út að ganga þó að rigndi"
        " mikið, því að hundurinn þurfti að hreyfa sig aðeins fyrir kvöldmatinn"
        ".",
        "cp1252",
    ),
    "polish": (
        "Wczoraj poszliśmy do sklepu, żeby kupić świeży chleb i trochę mięsa. D"
        "zieci były głodne, więc zjadły wszystko, a później bawiły się w ogródk"
        "u aż do zmroku.",
        "cp1250 iso8859_2 cp852",
    ),
    "czech": (
        "Příliš žluťoučký kůň úpěl ďábelské ódy. Včera jsme šli do města koupit"
        " čerstvý chléb, protože děti měly hlad a doma už nic nebylo.",
        "cp1250 iso8859_2 cp852",
    ),
    "hungarian": (
        "Tegnap elmentünk a boltba, hogy friss kenyeret és egy kis húst vegyünk"
        ". A gyerekek éhesek voltak, így mindent megettek, aztán a kertben játs"
        "zottak estig. Őszi idő volt, hűvös szél fújt.",
        "cp1250 iso8859_2 cp852",
    ),
    "romanian": (
        "Ieri am mers la magazin să cumpărăm pâine proaspătă şi puţină carne. C"
        "opiii erau flămânzi, aşa că au mâncat tot şi apoi s-au jucat în grădin"
        "ă.",
        "cp1250",
    ),
    "croatian": (
        "Jučer smo otišli u dućan kupiti svježi kruh i malo mesa. Djeca su bila"
        " gladna, pa su sve pojela, a poslije su se igrala u vrtu sve do večeri"
        ". Čovjek je rekao da će sutra doći.",
        "cp1250 iso8859_2",
    ),
    "turkish": (
        "Dün taze ekmek ve biraz et almak için markete gittik. Çocuklar açtı, b"
        "u yüzden her şeyi yediler ve sonra akşama kadar bahçede oynadılar. Işı"
        "k söndü, güneş battı.",
        "cp1254 iso8859_9",
    ),
    "lithuanian": (
        "Šiandien graži diena, žmonės eina į turgų ir perka šviežių daržovių. V"
        "akar vaikai žaidė sode iki vėlaus vakaro, o močiutė kepė pyragą.",
        "cp1257 iso8859_13",
    ),
    "latvian": (
        "Vakar mēs gājām uz veikalu, lai nopirktu svaigu maizi un nedaudz gaļas"
        ". Bērni bija izsalkuši, tāpēc viņi visu apēda un pēc tam spēlējās dārz"
        "ā līdz vēlam vakaram.",
        "cp1257",
    ),
    "estonian": (
        "Eile läksime poodi, et osta värsket leiba ja natuke liha. Lapsed olid "
        "näljased, nii et nad sõid kõik ära ja mängisid pärast õhtuni aias.",
        "cp1257 cp1252",
    ),
    "russian": (
        "Вчера мы пошли в магазин, чтобы купить свежего хлеба и немного мяса. Д"
        "ети были голодные, поэтому они всё съели, а потом играли в саду до сам"
        "ого вечера.",
        "cp1251 koi8_r cp866 iso8859_5 mac_cyrillic",
    ),
    "ukrainian": (
        "Вчора ми пішли до крамниці, щоб купити свіжого хліба і трохи м'яса. Ді"
        "ти були голодні, тому вони все з'їли, а потім грали в саду до самого в"
        "ечора. Їжак живе в лісі.",
        "cp1251 koi8_u",
    ),
    "bulgarian": (
        "Вчера отидохме в магазина, за да купим пресен хляб и малко месо. Децат"
        "а бяха гладни, затова изядоха всичко, а след това играха в градината д"
        "о вечерта.",
        "cp1251",
    ),
    "serbian": (
        "Јуче смо отишли у продавницу да купимо свеж хлеб и мало меса. Деца су "
        "била гладна, па су све појела, а после су се играла у башти до вечери.",
        "cp1251 iso8859_5",
    ),
    "greek": (
        "Χθες πήγαμε στο μαγαζί για να αγοράσουμε φρέσκο ψωμί και λίγο κρέας. Τ"
        "α παιδιά πεινούσαν, γι' αυτό τα έφαγαν όλα και μετά έπαιξαν στον κήπο "
        "μέχρι το βράδυ.",
        "cp1253 iso8859_7",
    ),
    "hebrew": (
        "אתמול הלכנו לחנות כדי לקנות לחם טרי וקצת בשר. הילדים היו רעבים, ולכן ה"
        "ם אכלו הכול ואחר כך שיחקו בגינה עד הערב.",
        "cp1255 iso8859_8",
    ),
    "arabic": (
        "ذهبنا أمس إلى المتجر لشراء الخبز الطازج وبعض اللحم. كان الأطفال جائعين"
        "، لذلك أكلوا كل شيء ثم لعبوا في الحديقة حتى المساء.",
        "cp1256 iso8859_6",
    ),
    "thai": ("วันนี้อากาศดีมาก เราไปตลาดกันเถอะ เมื่อวานเด็กๆ เล่นในสวนจนถึงเย็น แล้วก็กินข้าวกับแม่", "cp874 tis_620"),
    "japanese": (
        "昨日、私たちは新鮮なパンと少しの肉を買いに店へ行きました。子供たちはお腹が空いて"
        "いたので、全部食べて、それから夕方まで庭で遊びました。",
        "cp932 euc_jp iso2022_jp",
    ),
    "chinese": (
        "昨天我們去商店買新鮮的麵包和一些肉。孩子們餓了，所以他們把東西都吃光了，然後在花園裡一直玩到晚上。",
        "gb18030 big5hkscs",
    ),
    "simplified": (
        "昨天我们去商店买新鲜的面包和一些肉。孩子们饿了，所以他们把东西都吃光了，然后在花园里一直玩到晚上。",
        "gb18030 gb2312",
    ),
    "korean": (
        "어제 우리는 신선한 빵과 고기를 조금 사러 가게에 갔습니다. 아이들은 배"
        "가 고파서 모두 먹고 나서 저녁까지 정원에서 놀았습니다.",
        "cp949 euc_kr johab",
    ),
    "kazakh": (
        "Кеше біз дүкенге барып, жаңа нан мен аздап ет сатып алдық. Балалар қар"
        "ны ашып, бәрін жеп қойды, содан кейін кешке дейін бақта ойнады.",
        "ptcp154 kz1048",
    ),
}
"""A page of each language, and the encodings that it was written in."""
CASES = [(name, encoding) for name, (_, encodings) in TEXTS.items() for encoding in encodings.split()]


@pytest.mark.parametrize(("language", "encoding"), CASES)
def test_a_page_in_a_legacy_encoding_is_read_right(language, encoding):
    text = f"{TEXTS[language][0]}\n" * 8
    assert decode(text.encode(encoding), "book").text == text


@pytest.mark.parametrize(
    "line",
    [
        "The tickets cost £5 each and the tea was fine\n" * 60,
        "Mr.\xa0Smith went to town on a fine day.\n" + "He came back at night.\n" * 400,
        "It’s late… he said. “Yes”\n" * 100,
        "It was 30° in the shade\n" + "and so they went home for the night\n" * 50,
        "She went — of course – home\n" * 40,
        "Take ½ cup of sugar, 1¼ of milk\n" * 30,
        "It costs € 5 and that is all there is\n" * 30,
        "José\nFrançois\nZoë\nJürgen\nBjörk\nSøren\nNúñez\n",
        "schöne Grüße aus Köln\n",
        "naïve résumé of the fiancée\n",
        "café",
        "£5",
    ],
)
def test_a_western_text_with_few_letters_beyond_ascii_is_cp1252(line):
    assert decode(line.encode("cp1252"), "book").text == line


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("It’s late… he said. “Yes”\n" * 100, "mac_roman"),
        ("the café was closed\n" * 30, "mac_roman"),
        ("the café was closed\n" * 30, "cp850"),
        ("Łukasz\nMichał\nPaweł\nŚwiętosława\nGrażyna\nZdzisław\n", "cp1250"),
        ("Привет, мир\n", "cp1251"),
    ],
)
def test_another_encoding_is_taken_where_it_is_clearly_better(text, encoding):
    assert decode(text.encode(encoding), "book").text == text


def test_a_few_high_bytes_are_never_chinese_japanese_or_korean():
    for word, encoding in (("김치", "cp949"), ("すし", "cp932"), ("寿司", "gb18030")):
        raw = f"the word {word} means food in the english language and it is good\n".encode(encoding) * 20
        found = decode(raw, "book").encoding
        assert len(b"\xe9\xe9".decode(found, "replace")) == 2


def test_doubt_is_said_with_the_second_guess():
    note = Guess("cp1252", "mac-roman").note("a.txt")[0]
    assert note == (
        "a.txt: read as cp1252, though it may be mac-roman; if letters look wrong, name another with --encoding"
    )
    assert Guess("utf-8").note("a.txt") == ()


def test_bytes_in_no_encoding_are_refused_in_a_sentence(monkeypatch):
    monkeypatch.setattr("unrolled.formats.legacy_encodings.candidates", lambda sample, name: {})
    with pytest.raises(InputError, match=r"^x is in no encoding that unrolled knows; save it as UTF-8$"):
        guess_legacy(b"\xff", "x")


def test_seven_bit_encodings_are_no_ascii():
    lines = {"iso2022_jp": "今日は良い天気です。", "iso2022_kr": "오늘은 날씨가 좋다.", "hz": "今天天气好"}
    for encoding, line in lines.items():
        text = f"{line}\n" * 3
        assert decode(text.encode(encoding), "book").text == text
    latex = "this ~{\\bf is} latex ~} still\n" * 5
    assert decode(latex.encode(), "book").text == latex


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_oddities_are_a_share(text):
    assert 0 <= oddities(text) <= 1


def test_letters_are_odd_where_they_never_stand():
    assert oddities("cafŽ") == 1 and oddities("café") == 0
    assert oddities("It’s “late”") == 0 and oddities("loveл") == 1


def test_a_text_of_few_high_bytes_is_latin():
    assert is_latin("café au lait".encode("cp1252")) and not is_latin("Привет".encode("cp1251"))


OTHER_LETTERS = {"russian", "ukrainian", "bulgarian", "serbian", "greek", "hebrew", "arabic", "thai"}
OTHER_LETTERS |= {"japanese", "chinese", "simplified", "korean"}
AMONG = {
    "markup": '<item id="{0}" class="entry"><title lang="xx">{1}</title><link href="https://example.org/post/{0}"/></item>',
    "a log": "2026-11-30 08:00:{0:02} INFO worker-7 handled a request of user {0} in 31 ms and answered with {1}",
    "a table": "{0};shop-north;delivered on time;{1};example-customer-{0};https://example.org/orders/{0}",
}


@pytest.mark.parametrize("around", AMONG)
@pytest.mark.parametrize(("language", "encoding"), [case for case in CASES if case[0] in OTHER_LETTERS])
def test_other_letters_are_read_right_among_much_ascii(language, encoding, around):
    text = TEXTS[language][0] * 3
    parts = [text[place : place + 20] for place in range(0, len(text), 20)]
    lines = "".join(AMONG[around].format(n, part) + "\n" for n, part in enumerate(parts))
    assert decode(lines.encode(encoding), "file").text == lines


@pytest.mark.parametrize(
    ("language", "encoding"), [("hungarian", "cp1250"), ("turkish", "cp1254"), ("polish", "cp1250")]
)
def test_markup_around_it_does_not_hide_a_language(language, encoding):
    text = TEXTS[language][0]
    page = "".join(f'<p class="of the page">{line}</p>\n<!-- the end of a line -->\n' for line in text.split(". ")) * 4
    assert decode(page.encode(encoding), "page").text == page


@pytest.mark.parametrize("stray", [b"", b"\xfe", b"\xff"])
@pytest.mark.parametrize(("language", "encoding"), [case for case in CASES if case[1] != "iso2022_jp"])
def test_one_broken_byte_changes_the_line_that_it_stands_in_and_no_other(language, encoding, stray):
    text = f"{TEXTS[language][0]}\n" * 8
    raw = text.encode(encoding)
    place = next(place for place in range(len(raw) // 2, len(raw)) if raw[place] > 0x7F or raw[place:].isascii())
    broken = raw[:place] + stray + raw[place + (not stray) :]
    assert decode(broken, "book").text.split("\n")[0] == text.split("\n")[0]


def test_a_byte_that_cp1252_has_not_leaves_the_other_letters_of_a_text_in_it():
    text = f"{TEXTS['english'][0]}\n" * 8
    raw = text.encode("cp1252")
    assert decode(raw[:900] + b"\x81" + raw[900:], "book").text == text


def test_blank_lines_among_bytes_of_no_text_are_no_error():
    assert guess_legacy(b"\x80\x81\n\n\n\x9d\xff\n\n", "a.txt").encoding

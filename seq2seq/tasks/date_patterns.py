"""The patterns of dates, by kind and language, in CLDR's letters and two of ours; a story of how people write, no code.

Letters, as in CLDR: y year, yy its last two digits, M MM month in digits, MMM abbreviated, MMMM its name, d dd day,
E weekday abbreviated, EEEE its name, H HH h hh m s S a z clock time. Ours: o the day with its ordinal, and n before
y, M or d: in Chinese numerals. Literal letters stand between quotes.
Source: CLDR's own patterns are read from Babel (`date_forms.py`); those here are what people write beside them.
"""

from collections.abc import Mapping

Patterns = Mapping[str, tuple[str, ...]]

# Written by people, though no CLDR width of the locale
FREE: Patterns = {
    "en": ("d MMMM y", "d MMM y", "MMMM d y", "E d MMM y"),
    "zh": ("y年MM月dd日", "y年M月d日 EEEE"),
    "fr": ("E d MMM y", "dd MMMM y"),
    "de": ("d. MMM y", "d MMMM y"),
    "es": ("d MMMM y", "d MMM y"),
    "pt": ("d MMMM y", "d MMM y"),
    "it": ("EEEE d MMM y", "dd MMMM y"),
    "ru": ("d MMMM y", "d MMM y"),
    "ja": ("y年MM月dd日", "y年M月d日 EEEE"),
    "ko": ("y년 MM월 dd일", "y년 M월 d일 EEEE"),
    "ar": ("d MMM y", "dd MMMM y"),
}

# Missing and added commas, articles and "of", other orders, other signs
LOOSE: Patterns = {
    "en": (
        "MMMM d y", "MMM d y", "MMMM d,y", "MMM dd, y", "d MMMM, y", "d MMM, y", "dd MMM y", "dd MMMM y",
        "EEEE MMMM d y", "EEEE d MMMM y", "EEEE, d MMMM y", "E MMM d y", "E, MMM d, y", "E, d MMM y", "E, dd MMM y",
        "EEEE, MMMM d y", "E MMM dd, y", "y MMMM d", "y MMM d", "y, MMMM d", "d 'of' MMMM y", "d 'of' MMMM, y",
        "'the' d 'of' MMMM y", "MMMM, d y", "MMMM, d, y", "MMM, d, y", "dMMMy", "ddMMMy", "MMMM d, y.", "MMM d,y",
        "'on' MMMM d, y", "'on' d MMMM y",
    ),
    "zh": (
        "y 年 M 月 d 日", "y年 M月 d日", "y年M月d号", "y年M月d日 E", "y年M月d日(EEEE)", "y年M月d日(E)",
        "y年M月d日,EEEE",
        "y年M月d日, EEEE", "EEEE, y年M月d日", "EEEE y年M月d日", "y-MM-dd EEEE", "y-MM-dd E", "y/M/d E", "y/M/d(E)",
        "y.M.d EEEE", "y-M-d EEEE", "y年M月d", "y年M月d日E", "y年MM月dd号", "y年M月d號",
    ),
    "fr": (
        "'le' d MMMM y", "'le' EEEE d MMMM y", "EEEE 'le' d MMMM y", "EEEE, d MMMM y", "EEEE d MMM y", "d MMMM, y",
        "dd MMM y", "'du' d MMMM y", "MMMM d, y", "EEEE, 'le' d MMMM y", "E, d MMM y",
    ),
    "de": (
        "d.MMMM y", "d.MMM y", "dd. MMMM y", "dd. MMM y", "d MMM y", "'den' d. MMMM y", "'der' d. MMMM y",
        "'am' d. MMMM y", "EEEE, 'den' d. MMMM y", "EEEE, 'der' d. MMMM y", "EEEE d. MMMM y", "E, d. MMM y",
        "E d. MMMM y", "E, dd. MMMM y", "d.MMMM.y", "EEEE 'den' d. MMMM y", "MMMM d, y",
    ),
    "es": (
        "d 'de' MMMM y", "d 'de' MMMM, y", "d 'de' MMMM 'del' y", "'el' d 'de' MMMM 'de' y", "'el' d 'de' MMMM 'del' y",
        "EEEE d 'de' MMMM 'de' y", "EEEE d 'de' MMMM 'del' y", "EEEE, d 'de' MMMM 'del' y", "EEEE, d MMMM y",
        "MMMM d, y", "MMMM d 'de' y", "dd MMM y", "dd 'de' MMMM 'de' y", "E, d MMM y", "E d MMM y",
        "d 'de' MMM 'de' y", "'el' EEEE d 'de' MMMM 'de' y", "d MMMM, y",
    ),
    "pt": (
        "d 'de' MMMM y", "d 'de' MMMM, y", "'dia' d 'de' MMMM 'de' y", "'em' d 'de' MMMM 'de' y", "d 'de' MMM y",
        "EEEE d 'de' MMMM 'de' y", "EEEE, 'dia' d 'de' MMMM 'de' y", "EEEE, d MMMM y", "MMMM d, y", "dd MMM y",
        "dd 'de' MMMM 'de' y", "E, d MMM y", "E d MMM y", "E, d 'de' MMM y", "d MMMM, y", "d 'de' MMMM 'do' y",
        "d 'de' MMMM 'de' y.",
    ),
    "it": (
        "'il' d MMMM y", "'lì' d MMMM y", "'li' d MMMM y", "EEEE, d MMMM y", "EEEE 'il' d MMMM y", "dd MMM y",
        "E, d MMM y", "E d MMMM y", "d MMMM, y", "d 'di' MMMM y", "d 'di' MMMM 'del' y", "MMMM d, y", "d MMMM 'del' y",
        "'del' d MMMM y",
    ),
    "ru": (
        "d MMMM y'г.'", "d MMMM y 'г'", "d MMMM y 'года'", "d MMM y 'года'", "d MMMM, y", "dd MMMM y", "dd MMM y",
        "EEEE, d MMMM y", "EEEE, d MMMM y 'года'", "EEEE d MMMM y", "E, d MMMM y", "E, d MMM y", "E d MMM y",
        "MMMM d, y", "y, d MMMM", "'«'d'»' MMMM y 'г.'", "d MMM y'г.'", "E, d MMMM y 'г.'",
    ),
    "ja": (
        "y年 M月 d日", "y 年 M 月 d 日", "y年M月d日(E)", "y年M月d日(EEEE)", "y年M月d日 (E)", "y年M月d日, EEEE",
        "y/MM/dd(E)",
        "y/M/d(E)", "y年MM月dd日(E)", "y/MM/dd (E)", "y-MM-dd(E)", "y.M.d(E)", "EEEE, y年M月d日", "y年M月d",
    ),
    "ko": (
        "y년M월d일", "y년 M월 d일(E)", "y년 M월 d일 (E)", "y년 M월 d일, EEEE", "y년M월d일 EEEE", "y. M. d", "y.M.d.",
        "y.MM.dd.",
        "y. MM. dd.", "y. MM. dd", "y. M. d.(E)", "y. M. d. (E)", "y.MM.dd(E)", "y.M.d(E)", "y-MM-dd(E)",
        "y년 M월 d일 (EEEE)",
        "EEEE, y년 M월 d일", "y. M. d. EEEE", "y년 M월 d",
    ),
    "ar": (
        "d MMMM, y", "d MMMM، y", "EEEE d MMMM y", "EEEE, d MMMM y", "EEEE، d MMM y", "d 'من' MMMM y",
        "d 'من' MMMM 'عام' y",
        "d MMMM y'م'", "d MMMM y 'م'", "d MMMM 'سنة' y", "d MMMM 'عام' y", "'يوم' EEEE d MMMM y", "'يوم' d MMMM y",
        "MMMM d, y", "MMMM d، y",
    ),
}  # fmt: skip

# The day with its ordinal, in the languages that write one
ORDINAL: Patterns = {
    "en": (
        "MMMM o, y", "MMMM o y", "MMM o, y", "MMM o y", "o MMMM y", "o MMM y", "o MMMM, y", "o 'of' MMMM y",
        "o 'of' MMMM, y", "o 'of' MMM y", "'the' o 'of' MMMM y", "'the' o 'of' MMMM, y", "'the' o 'of' MMMM 'of' y",
        "MMMM 'the' o, y", "MMMM 'the' o y", "EEEE, MMMM o, y", "EEEE MMMM o, y", "EEEE MMMM o y", "EEEE, o MMMM y",
        "EEEE o MMMM y", "EEEE 'the' o 'of' MMMM y", "EEEE, 'the' o 'of' MMMM, y", "E, MMM o, y", "E o MMM y",
        "EEEE, o 'of' MMMM y", "o MMM, y", "y, MMMM o", "'on' MMMM o, y", "o 'day of' MMMM, y",
        "'this' o 'day of' MMMM, y",
    ),
    "fr": (
        "o MMMM y", "'le' o MMMM y", "EEEE o MMMM y", "'le' EEEE o MMMM y", "o MMM y", "EEEE, o MMMM y", "'le' o MMM y",
        "E o MMM y", "EEEE 'le' o MMMM y", "'du' o MMMM y",
    ),
    "es": (
        "o 'de' MMMM 'de' y", "o 'de' MMMM 'del' y", "'el' o 'de' MMMM 'de' y", "EEEE, o 'de' MMMM 'de' y",
        "o 'de' MMMM, y",
        "EEEE o 'de' MMMM 'de' y", "o MMMM y", "o 'de' MMMM y", "'el' o 'de' MMMM 'del' y", "o 'de' MMM 'de' y",
    ),
    "pt": (
        "o 'de' MMMM 'de' y", "EEEE, o 'de' MMMM 'de' y", "o 'de' MMM 'de' y", "o 'de' MMMM y",
        "'em' o 'de' MMMM 'de' y",
        "o MMMM y", "'dia' o 'de' MMMM 'de' y", "o 'de' MMM y",
    ),
    "it": (
        "o MMMM y", "EEEE o MMMM y", "'il' o MMMM y", "o MMM y", "EEEE, o MMMM y", "'lì' o MMMM y", "E o MMM y",
        "o 'di' MMMM y", "'del' o MMMM y",
    ),
    "ru": ("o MMMM y", "o MMMM y 'года'", "o MMMM y 'г.'", "EEEE, o MMMM y"),
    "ar": ("o 'من' MMMM y", "o 'من' MMMM 'عام' y", "o 'من' MMMM, y"),
}  # fmt: skip

# A month's abbreviation or name, joined to day and year: logs, spreadsheets, Oracle; also with slashes and dots
_DAY_FIRST = (
    "d-MMM-y", "dd-MMM-y", "d-MMMM-y", "d/MMM/y", "dd/MMM/y", "d.MMM.y", "d MMM-y", "y-MMM-dd", "y-MMM-d", "y/MMM/dd",
    "d - MMM - y", "d/MMMM/y",
)  # fmt: skip
JOINED: Patterns = {
    "en": (*_DAY_FIRST, "MMM-d-y", "MMM-dd-y", "MMMM-d-y", "MMM/d/y", "MMM/dd/y", "E d-MMM-y", "E, dd-MMM-y"),
    **dict.fromkeys(("fr", "de", "es", "pt", "it", "ru"), _DAY_FIRST),
    "es": (*_DAY_FIRST, "d-'de'-MMMM-'de'-y"),
    "ar": ("d-MMMM-y", "d/MMMM/y", "dd-MMMM-y", "d - MMMM - y"),
}

# The year first, in digits, padded or not: the same in every language
ISO = (
    "y-MM-dd", "y-M-d", "y/MM/dd", "y/M/d", "y.MM.dd", "y.M.d", "yMMdd", "y MM dd", "y M d", "y-M-dd", "y-MM-d",
    "y. M. d",
    "y_MM_dd", "y - MM - dd", "y/M/dd",
)  # fmt: skip

# In Chinese numerals
NUMERALS: Patterns = {
    "zh": (
        "ny年nM月nd日", "ny年nM月nd日", "ny年nM月nd日EEEE", "ny年nM月nd日 EEEE", "ny年nM月nd号", "y年nM月nd日",
        "ny年M月d日", "y年nM月nd号", "ny年nM月nd號",
        "ny年nM月nd日(EEEE)", "ny年nM月nd日 E", "nM月nd日, y年", "ny 年 nM 月 nd 日",
    ),
    "ja": (
        "ny年nM月nd日", "ny年nM月nd日", "ny年nM月nd日EEEE", "ny年nM月nd日(E)", "ny年nM月nd日 EEEE", "y年nM月nd日",
        "ny年nM月nd日(EEEE)",
    ),
}  # fmt: skip

# All in digits, the year last: only where a part above 12, or day and month alike, leave one reading
_LAST = ("d/M/y", "dd/MM/y", "d-M-y", "dd-MM-y", "d.M.y", "dd.MM.y", "d M y", "dd MM y", "d. M. y", "d / M / y")
NUMERIC: Patterns = {
    "en": (
        "M/d/y", "MM/dd/y", "M-d-y", "MM-dd-y", "d/M/y", "dd/MM/y", "d-M-y", "dd-MM-y", "E, M/d/y", "E M/d/y",
        "E d/M/y",
    ),
    "fr": (*_LAST, "E dd/MM/y", "EEEE dd/MM/y", "'le' dd/MM/y"),
    "de": (*_LAST, "E, d.M.y", "E, dd.MM.y", "EEEE, dd.MM.y", "E dd.MM.y", "'am' dd.MM.y", "EEEE, 'den' dd.MM.y"),
    "es": (*_LAST, "E, d/M/y", "EEEE, dd/MM/y", "EEEE dd/MM/y"),
    "pt": (*_LAST, "E, dd/MM/y", "EEEE, dd/MM/y"),
    "it": (*_LAST, "E dd/MM/y", "EEEE dd/MM/y"),
    "ru": (*_LAST, "E, dd.MM.y", "E, dd.MM.y 'г.'", "dd.MM.y 'г.'", "dd.MM.y'г.'", "EEEE, dd.MM.y"),
    "ar": ("d/M/y", "dd/MM/y", "d-M-y", "dd-MM-y", "EEEE، d/M/y", "EEEE d/M/y", "d/M/y'م'"),
}  # fmt: skip

# The year's last two digits
SHORT: Patterns = {
    "en": (
        "d MMMM yy", "d MMM yy", "dd MMM yy", "d-MMM-yy", "dd-MMM-yy", "d/MMM/yy", "MMMM d, yy", "MMM d, yy",
        "MMMM d, ''yy", "MMM d ''yy", "MMMM d ''yy", "MMMM d yy", "d MMMM ''yy", "o MMMM yy", "MMMM o, ''yy",
        "M/d/yy", "MM/dd/yy", "d/M/yy", "dd/MM/yy",
        "o 'of' MMMM ''yy", "E, d MMM yy", "ddMMMyy",
    ),
    "zh": ("yy年M月d日", "yy年M月d号", "yy/M/d", "yy-MM-dd", "yy.M.d"),
    "fr": ("d MMMM yy", "d MMM yy", "d-MMM-yy", "dd/MM/yy", "d/M/yy", "'le' d MMMM yy", "o MMMM yy"),
    "de": ("d. MMMM yy", "d. MMM yy", "dd.MM.yy", "d.M.yy", "d. MMMM ''yy", "d-MMM-yy"),
    "es": ("d 'de' MMMM 'de' yy", "d MMM yy", "d-MMM-yy", "d/M/yy", "dd/MM/yy", "d MMMM yy"),
    "pt": ("d 'de' MMMM 'de' yy", "d MMM yy", "d-MMM-yy", "dd/MM/yy", "d/MMM/yy"),
    "it": ("d MMMM yy", "d MMM yy", "d-MMM-yy", "dd/MM/yy", "d MMMM ''yy", "o MMMM yy"),
    "ru": ("d MMMM yy", "d MMM yy", "d MMMM yy 'г.'", "dd.MM.yy", "d-MMM-yy"),
    "ja": ("yy/MM/dd", "yy/M/d"),
    "ko": ("yy년 M월 d일", "yy. M. d.", "yy.MM.dd", "yy-MM-dd"),
    "ar": ("d MMMM yy", "d-MMMM-yy", "d/M/yy"),
}  # fmt: skip

# Clock times, and what stands between a date and a time of a language: beside ISO's and CLDR's own
_CLOCK = ("HH:mm", "H:mm", "HH:mm:ss", "HH:mm z", "HH:mm:ss z")
TIMES: Patterns = {
    "en": (
        *_CLOCK, "h:mm a", "h:mma", "ha", "h a", "h:mm:ss a", "hh:mm a", "h:mm a z", "h:mm:ss a z", "HHmm'h'",
        "h.mm a",
    ),
    "zh": (
        *_CLOCK, "ah:mm", "a h:mm", "ah点", "ah点mm分", "H点", "H点mm分", "HH时mm分", "HH时mm分ss秒", "aH:mm",
        "ahh:mm", "H点半", "ah点半", "ah點mm分", "anh点", "anh时mm分",
    ),
    "fr": (*_CLOCK, "H'h'mm", "HH'h'mm", "H 'h' mm", "H'h'", "H 'h'", "H 'heures'", "HH'h'"),
    "de": (*_CLOCK, "HH:mm 'uhr'", "H 'uhr'", "H:mm 'uhr'", "H.mm 'uhr'"),
    "es": (*_CLOCK, "HH:mm 'h'", "H:mm 'h'", "h:mm a", "HH.mm 'h'", "HH:mm 'hs'", "H 'h'"),
    "pt": (*_CLOCK, "HH'h'mm", "H'h'mm", "H'h'", "HH'h'", "H 'horas'"),
    "it": (*_CLOCK, "HH.mm", "H.mm"),
    "ru": (*_CLOCK, "H:mm 'мск'", "H 'ч'", "H 'часов'", "HH.mm"),
    "ja": (*_CLOCK, "ah時", "ah時mm分", "H時", "H時mm分", "HH時mm分", "ah:mm", "H時mm分ss秒", "a h:mm", "H時半"),
    "ko": (*_CLOCK, "a h:mm", "a h시", "a h시 mm분", "H시", "H시 mm분", "a h:mm:ss", "HH시 mm분"),
    "ar": (*_CLOCK, "h:mm a", "hh:mm a", "h:mm:ss a", "H:mm"),
}  # fmt: skip
AFTER_DATE: Patterns = {
    "en": (" ", ", ", " at ", ", at ", " - ", " @ "),
    "zh": (" ", "", ", "),
    "fr": (" ", ", ", " à ", " - "),
    "de": (" ", ", ", " um ", ", um ", " - "),
    "es": (" ", ", ", " a las ", ", a las "),
    "pt": (" ", ", ", " às ", ", às ", " as "),
    "it": (" ", ", ", " alle ", ", ore ", " ore "),
    "ru": (" ", ", ", " в ", ", в "),
    "ja": (" ", "", ", "),
    "ko": (" ", ", "),
    "ar": (" ", ", ", "، ", " في ", " الساعة ", "، الساعة "),
}  # fmt: skip
BEFORE_DATE: Patterns = {
    "en": (" ", ", ", " on ", " - "),
    "zh": (" ",),
    "fr": (" ", ", ", " le "),
    "de": (" ", ", ", " am "),
    "es": (" ", ", ", " del "),
    "pt": (" ", ", ", " de "),
    "it": (" ", ", ", " del "),
    "ru": (" ", ", "),
    "ja": (" ",),
    "ko": (" ",),
    "ar": (" ", ", "),
}  # fmt: skip

# Whole forms with a clock time: mail (RFC 5322), HTTP (RFC 9110, with its obsolete forms), logs, scripts, ISO 8601
STAMPS = (
    "E, d MMM y HH:mm:ss z", "E, dd MMM y HH:mm:ss z", "E, d MMM y HH:mm z", "E, dd MMM y HH:mm:ss 'gmt'",
    "d MMM y HH:mm:ss z",
    "'date: 'E, d MMM y HH:mm:ss z", "E, d MMM y HH:mm:ss z (z)", "EEEE, dd-MMM-yy HH:mm:ss 'gmt'",
    "E MMM d HH:mm:ss y",
    "E MMM d HH:mm:ss z y", "E MMM dd HH:mm:ss y", "E MMM dd y HH:mm:ss 'gmt'z", "E d MMM HH:mm:ss z y",
    "dd/MMM/y:HH:mm:ss z",
    "E MMM dd HH:mm:ss z y",
    "y-MM-dd'T'HH:mm:ss'z'", "y-MM-dd'T'HH:mm:ssz", "y-MM-dd'T'HH:mm", "y-MM-dd'T'HH:mm:ss",
    "y-MM-dd'T'HH:mm:ss.SSS'z'",
    "y-MM-dd'T'HH:mm'z'", "y-MM-dd'T'HH:mm:ss.SSSz", "y-MM-dd'T'HH:mm:ss.SSSSSS", "y-MM-dd HH:mm:ss.SSSSSSz",
    "y-MM-dd HH:mm:ss", "y-MM-dd HH:mm", "y-MM-dd HH:mm:ss,SSS",
    "y-MM-dd HH:mm:ss.SSS", "y-MM-dd HH:mm:ss z", "y-MM-dd HH:mm:ssz", "y/MM/dd HH:mm:ss", "y/MM/dd HH:mm",
    "y.MM.dd HH:mm",
    "yMMdd'T'HHmmss'z'", "yMMdd HHmmss", "yMMdd'T'HHmmss", "yMMddHHmmss", "ddMMMy:HH:mm:ss", "y-M-d H:mm",
    "y/M/d H:mm", "y-MM-dd, HH:mm",
    "d-MMM-y HH:mm:ss", "dd-MMM-y HH:mm", "dd-MMM-yy HH:mm", "d MMM y, HH:mm", "MMM d, y h:mm:ss a", "MMM d, y, h:mm a",
    "M/d/y h:mm a", "M/d/y, h:mm:ss a", "MM/dd/y HH:mm", "M/d/y H:mm", "dd/MM/y HH:mm", "dd/MM/y, HH:mm:ss",
    "dd.MM.y HH:mm",
    "d.M.y, HH:mm:ss", "dd-MM-y HH:mm", "dd.MM.y, HH:mm 'uhr'", "HH:mm dd/MM/y", "HH:mm dd.MM.y", "HH:mm:ss y-MM-dd",
)  # fmt: skip
ZONES = (
    "gmt", "utc", "z", "+0000", "+0100", "+0200", "+0800", "+0900", "-0500", "-0800", "+00:00", "+01:00", "+02:00",
    "+05:30",
    "+08:00", "+09:00", "-05:00", "-08:00", "est", "edt", "cst", "pst", "pdt", "cet", "cest", "bst", "jst", "msk",
    "gmt+1", "utc+8",
    "et", "pt",
)  # fmt: skip

"""Words that pretend titles and names are made of, in the spellings that libraries really hold."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ADJECTIVES = _words("""
    Amber Ancient Bitter Blue Broken Burning Cold Crimson Dark Distant Dying Eastern Electric Empty
    Endless Fallen Final Forgotten Frozen Golden Great Green Hidden Hollow Hungry Iron Last Little Lonely
    Long Lost Magnificent Midnight Naked New Northern Old Paper Perfect Quiet Red Restless Royal Sacred
    Savage Second Secret Seven Silent Silver Sleeping Small Southern Strange Sunken Thin Tidal Uncertain
    Velvet Violent White Wild Winter Young
""")
NOUNS = _words("""
    Angel Anthem Archive Autumn Bridge Brother Carnival Castle Circle City Country Crown Dance Daughter
    Desert Devil Dream Engine Evening Family Fire Forest Game Garden Ghost Harbour Harvest Heart Highway
    Hotel Hour House Hunter Island Jungle Kingdom Lake Letter Light Machine Mansion Memory Mirror Monday
    Moon Mountain Night Ocean Orchard Orchestra Passenger Planet Prayer Queen River Road Room Season
    Shadow Signal Sister Sky Soldier Song Station Storm Street Summer Sun Theatre Tiger Tower Train Valley
    Village Voyage War Water Widow Window Witness
""")
PLACES = _words("""
    Ålesund Århus Bogotá Bruges Córdoba Dakar Edinburgh Fès Genève Görlitz Gdańsk Havana İzmir Kraków Köln
    Lisbon Łódź Málaga Marseille München Nagoya Napoli Nîmes Oslo Palermo Québec Reykjavík Rouen Sète
    Tórshavn Tromsø Uppsala Valparaíso Výborg Warszawa Ypres Zürich
""")
GENRES = _words("""
    Action Adventure Animation Comedy Crime Documentary Drama Family Fantasy History Horror Music Mystery
    Romance Thriller War Western
""")
MUSIC_GENRES = _words("""
    Ambient Blues Classical Country Electronic Folk Hip-Hop Jazz Metal Pop Punk Rock Soul
""")
FIRST_NAMES = _words("""
    Ada Aïcha Björn Camille Chloé Dmitri Elif Emil Fatima Freya Giulia Håkon Ines Ingrid Jürgen José Kenji
    Léa Lukas Mária Mei Noah Olivia Ömer Pedro Priya René Rosa Søren Stanisław Tomás Ulla Victor Wanda
    Yuki Zoë
""")
LAST_NAMES = _words("""
    Andersson Álvarez Bauer Bianchi Brontë Costa Dubois Dvořák Eriksen Fontaine García Gül Hansen Ibrahim
    Jansen Kowalski Kim Lefèvre Müller Nakamura Núñez O'Brien Okafor Petrov Quiñones Rossi Schäfer Silva
    Tanaka Ünal Vogel Wójcik Yıldız Zhang
""")
FOREIGN = (
    "Le Dernier Été",
    "La Fête des Étoiles",
    "Les Naufragés du Château",
    "Der König der Dörfer",
    "Schöne Grüße aus dem Süden",
    "Die Straße ohne Häuser",
    "El Niño y la Montaña",
    "Corazón de Otoño",
    "A Lua e o Sertão",
    "O Irmão de João",
    "Żółta Łódź",
    "Noc Świętego Jana",
    "Příběh Žluťoučkého Koně",
    "Själens Ö",
    "Bæjarins Þögn",
    "Gökyüzü Işığı",
    "L'Œuvre Cachée",
    "Tři Oříšky",
)
ORIGINALS = (
    "千年の庭",
    "夜の鉄道",
    "東京の影",
    "Последняя станция",
    "Тихий берег",
    "Зимний сад",
    "기억의 섬",
    "푸른 밤",
    "Το τελευταίο νησί",
    "ليل المدينة",
    "花火の夏",
    "Белая ночь",
)
CONTENT_RATINGS = ("G", "PG", "PG-13", "R", "NC-17", "de/12", "gb/15", None)

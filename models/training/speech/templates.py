"""Everyday sentences from templates: numbers in words, dates, weather, timers, names, questions."""
import random

MONTHS = ("January February March April May June July August September October November "
          "December").split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
CITIES = ("London Paris Boston Chicago Berlin Tokyo Madrid Denver Sydney Dublin Oslo Rome Vienna "
          "Austin Toronto Seattle Lisbon Prague Miami Dallas Cairo Delhi Lima Zurich Athens Moscow "
          "Geneva Houston Portland Stockholm").split()
NAMES = ("John Mary Peter Anna Susan Robert Linda David Emma Michael Sarah Thomas Laura James "
         "Alice Daniel Julia Kevin Rachel Oliver Sophie Martin Nina Paul George Helen Lucas Maria "
         "Simon Chloe Victor Grace Henry Zoe Frank Olivia").split()
SURNAMES = ("Smith Johnson Brown Miller Davis Wilson Taylor Clark Lewis Walker Young King Wright "
            "Green Baker Adams Carter Turner Parker Collins").split()
ITEMS = ("apples oranges tickets chairs books letters boxes bottles windows flowers horses eggs "
         "pages cards coins batteries candles blankets pencils cups").split()
ROOMS = ("kitchen,bedroom,garage,living room,hallway,office,bathroom,garden,basement,attic,"
         "dining room").split(",")
DEVICES = ("lights,heater,fan,music,television,alarm,dishwasher,air conditioner,radio,"
           "coffee machine").split(",")
WEATHER = "sunny cloudy rainy windy foggy snowy stormy clear humid cold warm".split()
STREETS = ("Main Street,Park Avenue,the old bridge,the second traffic light,the post office,"
           "Church Road,the roundabout,Oak Lane,the gas station,River Street,the next exit").split(",")
TASKS = ("call the dentist,water the plants,buy milk,take out the trash,pay the rent,book a hotel,"
         "pick up the children,send the report,renew the passport,feed the cat,charge the phone,"
         "return the library books,order a cake,clean the windows").split(",")
MESSAGES = ("I'm running a little late,dinner is ready,the meeting was moved to tomorrow,"
            "I'll be home soon,don't forget the keys,the package has arrived,we need more bread,"
            "the car is fixed,I left the door unlocked,happy birthday,thanks for the help,"
            "see you at the station").split(",")
SONGS = ("jazz,classical music,the morning news,some rock music,a podcast about history,"
         "quiet piano music,the latest album,country music").split(",")
THINGS = ("a red umbrella,a small wooden box,fresh bread,two cups of coffee,a new bicycle,"
          "some warm socks,a blue shirt,a pair of gloves,a cheap guitar,a good dictionary,"
          "three large pizzas,a bunch of roses,a yellow kite,a heavy suitcase").split(",")
FEELINGS = "happy,tired,hungry,surprised,a little nervous,very proud,ready,late,lost,bored".split(",")
ANIMALS = ("dog cat horse rabbit parrot tiger elephant monkey penguin turtle fox bear whale "
           "sparrow").split()
COLOURS = "red blue green yellow purple orange black white brown grey pink silver".split()
PLACES = ("the station,the park,the library,the beach,the museum,the airport,the market,school,"
          "the office,the theater,the hospital,the top of the hill").split(",")
CHEERS = ("What a beautiful,What a strange,What a wonderful,What a terrible,What a lovely,"
          "What a quiet").split(",")
MOMENTS = "day,morning,evening,idea,story,song,surprise,place,picture,game,question,night".split(",")
SHORT = ("good morning,good night,thank you,thank you very much,well done,never mind,of course,"
         "come in,be careful,watch out,look at that,listen to me,wait a minute,not at all,"
         "how are you,where are we,who is there,what happened,are you sure,why not,is that so,"
         "see you soon,have a nice day,welcome back,no problem,I don't know,let me see,"
         "that's right,hurry up,sit down").split(",")
QUESTIONS = "how are you,where are we,who is there,what happened,are you sure,why not,is that so"

ONES = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen").split()
TENS = "x x twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = ("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
            "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth "
            "twentieth").split()


def number(n):
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + ("" if n % 10 == 0 else "-" + ONES[n % 10])
    if n < 1000:
        return ONES[n // 100] + " hundred" + ("" if n % 100 == 0 else " and " + number(n % 100))
    if n < 1000000:
        return number(n // 1000) + " thousand" + ("" if n % 1000 == 0 else " " + number(n % 1000))
    return number(n // 1000000) + " million" + ("" if n % 1000000 == 0 else " " + number(n % 1000000))


def ordinal(n):
    if n <= 20:
        return ORDINALS[n - 1]
    return "thirtieth" if n == 30 else TENS[n // 10] + "-" + ORDINALS[n % 10 - 1]


def year(y):
    if 2000 <= y < 2010:
        return "two thousand" + ("" if y == 2000 else " and " + number(y % 100))
    rest = y % 100
    return number(y // 100) + " " + ("hundred" if rest == 0 else
                                     "oh " + number(rest) if rest < 10 else number(rest))


class Templates:
    """Draws one sentence after another from a seeded random source."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.all = [getattr(self, k) for k in dir(self) if k.startswith("say_")]

    def draw(self):
        lines = self.r.choice(self.all)()
        text = self.r.choice(lines)()
        return text[0].upper() + text[1:]

    def n(self, a, b):
        return number(self.r.randint(a, b))

    def digits(self, n):
        return " ".join(number(self.r.randint(0, 9)) for _ in range(n))

    def clock(self):
        tail = ["fifteen", "thirty", "forty-five", "twenty", "ten", "oh five", "o'clock", "fifty"]
        return self.n(1, 12) + " " + self.r.choice(tail)

    def person(self):
        name = self.r.choice(NAMES)
        return name + " " + self.r.choice(SURNAMES) if self.r.random() < 0.3 else name

    def say_dates(self):
        c, n, i = self.r.choice, self.n, self.r.randint
        return [
            lambda: f"the meeting is on {c(DAYS)}, the {ordinal(i(1, 30))} of {c(MONTHS)}.",
            lambda: f"your appointment is on {c(MONTHS)} {ordinal(i(1, 30))} at {self.clock()}.",
            lambda: f"it is {self.clock()} in the {c(['morning', 'afternoon', 'evening'])} in {c(CITIES)}.",
            lambda: f"the train to {c(CITIES)} leaves at {self.clock()} from platform {n(1, 24)}.",
            lambda: f"{self.person()} was born in {year(i(1800, 2040))}, and moved to {c(CITIES)} in {year(i(1800, 2040))}.",
            lambda: f"is the party on the {ordinal(i(1, 30))} or the {ordinal(i(1, 30))} of {c(MONTHS)}?",
            lambda: f"the bridge was built in {year(i(1800, 2040))} and closed in {year(i(1800, 2040))}.",
            lambda: f"what time does the bus to {c(CITIES)} leave on {c(DAYS)}?"]

    def say_numbers(self):
        c, n = self.r.choice, self.n
        store = ["store", "warehouse", "house", "box", "room", "basement"]
        return [
            lambda: f"there are {n(2, 999)} {c(ITEMS)} in the {c(store)}.",
            lambda: f"that will be {n(2, 99)} dollars and {n(1, 99)} cents.",
            lambda: f"the population is about {n(1001, 99999)} people.",
            lambda: f"the city has more than {n(1, 40)} million {n(100, 999)} thousand inhabitants.",
            lambda: f"please call {self.person()} at {self.digits(self.r.randint(4, 7))}.",
            lambda: f"your order number is {self.digits(self.r.randint(4, 6))}.",
            lambda: f"the code is {self.digits(self.r.randint(4, 8))}, please write it down!",
            lambda: f"flight {self.digits(3)} to {c(CITIES)} departs from gate {n(1, 60)}.",
            lambda: f"chapter {n(1, 60)} begins on page {n(5, 700)}.",
            lambda: f"the distance from {c(CITIES)} to {c(CITIES)} is {n(101, 9000)} miles.",
            lambda: f"{n(2, 99)} plus {n(2, 99)} is {n(4, 199)}.",
            lambda: f"how much is {n(2, 99)} {c(['times', 'minus', 'divided by', 'plus'])} {n(2, 99)}?",
            lambda: f"{n(2, 99)} percent of the {c(ITEMS)} were sold by {c(DAYS)}.",
            lambda: f"the temperature fell to minus {n(1, 30)} point {n(0, 9)} degrees.",
            lambda: f"count with me: {n(1, 20)}, {n(1, 20)}, {n(1, 20)}, {n(1, 20)}!"]

    def say_weather(self):
        c, n = self.r.choice, self.n
        sky = ["light rain", "heavy snow", "strong winds", "clear skies", "a few showers", "thick fog"]
        return [
            lambda: f"tomorrow will be {c(WEATHER)} in {c(CITIES)}, with a high of {n(30, 99)} degrees.",
            lambda: f"right now in {c(CITIES)} it's {n(2, 99)} degrees and {c(WEATHER)}.",
            lambda: f"expect {c(sky)} on {c(DAYS)} {c(['morning', 'afternoon', 'evening', 'night'])}.",
            lambda: f"what is the weather like in {c(CITIES)} on {c(DAYS)}?",
            lambda: f"will there be {c(sky)} in {c(CITIES)} this {c(['week', 'evening', 'weekend'])}?"]

    def say_home(self):
        c, n = self.r.choice, self.n
        state = ["will start", "has stopped", "is broken", "needs a repair", "was switched off"]
        return [
            lambda: f"turn {c(['on', 'off'])} the {c(DEVICES)} in the {c(ROOMS)}, please.",
            lambda: f"okay, turning {c(['on', 'off', 'up', 'down'])} the {c(DEVICES)} in the {c(ROOMS)}.",
            lambda: f"set a timer for {n(2, 59)} minutes and {n(2, 59)} seconds.",
            lambda: f"your {n(2, 59)} minute timer is {c(['done', 'almost over', 'running', 'set'])}!",
            lambda: f"now playing {c(SONGS)} in the {c(ROOMS)}.",
            lambda: f"did {self.person()} turn off the {c(DEVICES)} in the {c(ROOMS)}?",
            lambda: f"the {c(DEVICES)} in the {c(ROOMS)} {c(state)}."]

    def say_tasks(self):
        c, n = self.r.choice, self.n
        when = ["today", "tomorrow", "this evening", "next week"]
        return [
            lambda: f"can you remind {c(['me', *NAMES])} to buy {n(2, 30)} {c(ITEMS)} on {c(DAYS)}?",
            lambda: f"I will remind you to {c(TASKS)} on {c(DAYS)} at {self.clock()}.",
            lambda: f"you have a reminder to {c(TASKS)} {c(when)}.",
            lambda: f"shall I {c(TASKS)} before {self.clock()}, or after {c(DAYS)}?",
            lambda: f"why did {self.person()} forget to {c(TASKS)} {c(['again', 'on ' + c(DAYS)])}?",
            lambda: f"don't forget to {c(TASKS)}, {c(NAMES)}!"]

    def say_ways(self):
        c, n = self.r.choice, self.n
        return [
            lambda: f"in {n(2, 9)} hundred {c(['feet', 'meters', 'yards'])}, turn {c(['left', 'right'])} at {c(STREETS)}.",
            lambda: f"continue straight past {c(STREETS)} for {n(2, 40)} miles, then keep {c(['left', 'right'])}.",
            lambda: f"how far is it from {c(STREETS)} to {c(PLACES)}?",
            lambda: f"excuse me, is this the way to {c(PLACES)}?",
            lambda: f"{self.person()} is waiting for you at {c(PLACES)} in {c(CITIES)}."]

    def say_people(self):
        c, n = self.r.choice, self.n
        return [
            lambda: f"new message from {self.person()}: {c(MESSAGES)}.",
            lambda: f"tell {c(NAMES)} that {c(MESSAGES)}.",
            lambda: f"{self.person()} says, {c(MESSAGES)}.",
            lambda: f"you have {n(2, 60)} new messages and {n(2, 20)} missed calls.",
            lambda: f"could you order {c(THINGS)} and {c(THINGS)} for {c(NAMES)}?",
            lambda: f"{self.person()} bought {c(THINGS)} in {c(CITIES)} last {c(DAYS)}.",
            lambda: f"hello {c(NAMES)}, are you {c(FEELINGS)} today?",
            lambda: f"my name is {c(NAMES)} {c(SURNAMES)}, and I am {n(5, 95)} years old.",
            lambda: f"have you met {c(NAMES)} and {c(NAMES)} from {c(CITIES)}?",
            lambda: f"{c(NAMES)} and {c(NAMES)} were {c(FEELINGS)} when they came to {c(PLACES)}.",
            lambda: f"who gave {c(NAMES)} {c(THINGS)}?"]

    def say_colours(self):
        c, n = self.r.choice, self.n
        return [
            lambda: f"the {c(COLOURS)} {c(ANIMALS)} jumped over the {c(COLOURS)} {c(ANIMALS)}.",
            lambda: f"have you ever seen a {c(COLOURS)} {c(ANIMALS)}?",
            lambda: f"look, there is a {c(COLOURS)} {c(ANIMALS)} near {c(PLACES)}!",
            lambda: f"{c(NAMES)} painted {n(2, 20)} {c(COLOURS)} {c(ITEMS)} on the wall.",
            lambda: f"is the {c(ANIMALS)} {c(COLOURS)}, {c(COLOURS)}, or {c(COLOURS)}?"]

    def say_cries(self):
        c = self.r.choice
        return [
            lambda: f"{c(CHEERS)} {c(MOMENTS)}!",
            lambda: f"{c(CHEERS)} {c(MOMENTS)}, {c(NAMES)}!",
            lambda: f"oh no, we left {c(THINGS)} at {c(PLACES)}!",
            lambda: f"congratulations, {self.person()}, you won {c(THINGS)}!",
            self.phrase]

    def phrase(self):
        text = self.r.choice(SHORT)
        if self.r.random() < 0.7:
            text = (f"{self.r.choice(NAMES)}, {text}" if self.r.random() < 0.3 else
                    f"{text}, {self.person()}")
        asks = any(q in text for q in QUESTIONS.split(","))
        return text + ("?" if asks else self.r.choice(".!"))

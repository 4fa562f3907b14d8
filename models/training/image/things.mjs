// What gets a mood: things by their emojibase label ("name=label" where people say it more shortly), and words for the moods.

/** These have a face of their own, which is covered first. */
const FACED = `robot|cat=cat face|dog=dog face|fox|bear|polar bear|panda|frog|pig=pig face|tiger=tiger face|lion|snowman
snowman=snowman without snow|sun=sun with face|moon=full moon face|new moon=new moon face|ghost|alien|alien monster
pumpkin=jack o lantern|monkey=monkey face|mouse=mouse face|rabbit=rabbit face|cow=cow face|hamster|wolf|koala|boar|raccoon
baby chick|chick=front facing baby chick|penguin|owl|skull|pile of poo|teddy bear|black cat|hedgehog|ogre|goblin|octopus
pig nose|moose|beaver|sloth|hatching chick`;

/** Fruit, vegetables, dishes. */
const FOOD = `apple=red apple|green apple|banana|orange=tangerine|lemon|lime|pear|peach|cherries|strawberry|blueberries|grapes|mango
melon|watermelon|pineapple|coconut|kiwi=kiwi fruit|avocado|tomato|eggplant|carrot|potato|onion|garlic|broccoli|cucumber
bell pepper|hot pepper|mushroom|brown mushroom|chestnut|peanuts|olive|pizza|hamburger|hot dog|taco|burrito|sandwich
french fries|popcorn|bread|bagel|croissant|pretzel|pancakes|waffle|cheese=cheese wedge|bacon|egg|rice ball|rice cracker
dumpling|sushi|shrimp=fried shrimp|fortune cookie|cookie|doughnut|cupcake|cake=birthday cake|shortcake|pie|moon cake
chocolate=chocolate bar|candy|lollipop|ice cream|soft ice cream|shaved ice|custard|honey=honey pot|jar|salt|canned food|ice
coffee=hot beverage|tea=teacup without handle|teapot|milk=glass of milk|beer=beer mug|baby bottle|wine=wine glass|cup with straw
bubble tea|bowl=steaming bowl|salad=green salad|rice=cooked rice|curry rice|spaghetti|takeout box|meat=meat on bone
poultry leg|steak=cut of meat|butter|leafy green|corn=ear of corn|falafel|pot of food|amphora|beverage box|stuffed flatbread`;

/** Hearts, stars, sky, plants and animals in profile. */
const NATURE = `heart=red heart|orange heart|yellow heart|green heart|blue heart|purple heart|pink heart|black heart|white heart|brown heart
star|glowing star|full moon|planet=ringed planet|earth=globe showing americas|earth=globe showing europe africa
cloud|sun behind cloud|rain cloud=cloud with rain|storm cloud=cloud with lightning|snow cloud=cloud with snow|fire|water drop=droplet|snowflake
rainbow|mountain|snowy mountain=snow capped mountain|volcano|rock|wave=water wave|sunflower|rose|tulip|flower=blossom|cherry blossom
hibiscus|white flower|rosette|four leaf clover|maple leaf|fallen leaf|seedling|potted plant|cactus|palm tree|tree=deciduous tree
evergreen tree|christmas tree|wood|elephant|whale|spouting whale|dolphin|shark|fish|tropical fish|blowfish|turtle|snail|crab
lobster|jellyfish|bird|duck|chicken|dinosaur=sauropod|t rex|ladybug=lady beetle|bee=honeybee|butterfly|spider|beetle|hippo=hippopotamus
rhinoceros|sheep=ewe|seal|goose|dodo|mammoth|spiral shell|oyster|microbe|coral`;

/** Houses, cars, tools, toys, signs. */
const OBJECTS = `house|house with garden|hut|castle|church|school|hospital|hotel|factory|tent|circus tent|bank|convenience store|office building
car=automobile|oncoming automobile|taxi|bus|oncoming bus|police car|fire truck=fire engine|ambulance|truck=delivery truck|pickup truck
van=minibus|tractor|train|bullet train|locomotive|tram|airplane|rocket|ufo=flying saucer|helicopter|ship|sailboat|ferry
parachute|umbrella|anchor|alarm clock|watch|stopwatch|hourglass=hourglass done|balloon|gift=wrapped gift|kite
soccer ball|basketball|volleyball|baseball|tennis ball=tennis|american football|rugby football|bowling ball=bowling|eight ball=pool 8 ball
game die|puzzle piece|trophy|medal=sports medal|gold medal=1st place medal|target=bullseye|crystal ball|yarn|yo yo|mirror ball
guitar|violin|drum|trumpet|accordion|saxophone|microphone|radio|television|computer=desktop computer|laptop|phone=mobile phone
telephone|camera|video camera|light bulb|candle|flashlight|battery|magnet|key|lock=locked|bell|book=closed book|blue book|green book
orange book|books|notebook|open book|newspaper|envelope|package|mailbox=postbox|calendar|clipboard|pencil|crayon|paintbrush|scissors
hammer|axe|wrench|gear|shield|bomb|crown|ring|gem=gem stone|money bag|coin|purse|handbag|backpack|briefcase|luggage
shoe=mans shoe|sneaker=running shoe|boot=womans boot|hat=top hat|cap=billed cap|t shirt|dress|jeans|shorts|socks|gloves|scarf|glasses
chair|bed|couch=couch and lamp|door|window|mirror|toilet|bathtub|shower|soap|sponge|bucket|basket|broom|wastebasket
toothbrush|pill|syringe|test tube|stethoscope|tooth|bone|brain|anatomical heart|lungs|spoon|frying pan=cooking|lantern=red paper lantern
chess pawn|joystick|video game|slot machine|nesting dolls|wind chime|firecracker|confetti ball|stop sign|traffic light=vertical traffic light
satellite|telescope|microscope|barrel=oil drum|wheel|life buoy=ring buoy|moai|statue of liberty|speech bubble=speech balloon
thought bubble=thought balloon|red circle|orange circle|yellow circle|green circle|blue circle|purple circle|white circle|brown circle
red square|yellow square|green square|blue square|purple square|orange diamond=large orange diamond|blue diamond=large blue diamond|bubbles`;

/** What prompts ask for first: drawn in every mood and in several styles, never held out. */
export const FAVOURITES = new Set([
  'robot', 'cat', 'dog', 'sun', 'apple', 'heart', 'pumpkin', 'star', 'moon', 'ghost', 'cloud', 'house', 'car', 'bear', 'snowman',
  'pizza', 'cake', 'tree', 'flower', 'alien',
]);

const list = (text, kind) =>
  text.split(/[|\n]/).map((entry) => {
    const [name, label = name] = entry.split('=');
    return { name, label, kind };
  });

export const THINGS = [
  ...list(FACED, 'faced'),
  ...list(FOOD, 'plain'),
  ...list(NATURE, 'plain'),
  ...list(OBJECTS, 'plain'),
];

/** Each mood: words in front of the thing, phrases behind it. The first word is the canonical one. */
export const MOODS = {
  happy: { before: ['happy', 'smiling', 'joyful', 'cheerful', 'glad'], behind: ['that is happy', 'with a smile', 'smiling'] },
  sad: { before: ['sad', 'unhappy', 'gloomy', 'frowning', 'miserable'], behind: ['that is sad', 'with a sad face', 'frowning'] },
  angry: { before: ['angry', 'mad', 'furious', 'grumpy', 'annoyed'], behind: ['that is angry', 'with an angry face', 'in rage'] },
  surprised: {
    before: ['surprised', 'shocked', 'astonished', 'amazed', 'scared'],
    behind: ['that is surprised', 'with open mouth', 'in shock'],
  },
  sleepy: { before: ['sleepy', 'sleeping', 'tired', 'drowsy', 'asleep'], behind: ['that is asleep', 'with closed eyes', 'sleeping'] },
  crying: { before: ['crying', 'weeping', 'tearful', 'sobbing'], behind: ['that is crying', 'with tears', 'crying', 'in tears'] },
  laughing: {
    before: ['laughing', 'amused', 'hilarious', 'giggling'],
    behind: ['that is laughing', 'with tears of joy', 'laughing'],
  },
  loving: {
    before: ['loving', 'adoring', 'lovestruck', 'enamored'],
    behind: ['in love', 'with heart eyes', 'that is in love', 'with hearts as eyes'],
  },
  cool: { before: ['cool', 'confident', 'stylish'], behind: ['with sunglasses', 'that is cool', 'wearing sunglasses', 'in sunglasses'] },
  winking: { before: ['winking', 'cheeky', 'flirty'], behind: ['that winks', 'with a wink', 'winking'] },
  silly: {
    before: ['silly', 'goofy', 'crazy', 'playful'],
    behind: ['with tongue out', 'sticking out its tongue', 'that is silly', 'with tongue'],
  },
};

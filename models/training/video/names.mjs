// Which emoji become things, and what each is called besides its label.

/** Subgroups of emojibase taken whole. */
export const WHOLE = new Set(`
animal-mammal animal-bird animal-amphibian animal-reptile animal-marine animal-bug plant-flower plant-other
food-fruit food-vegetable food-prepared food-asian food-sweet drink sport monkey-face cat-face heart
musical-instrument transport-air transport-water geometric face-costume light-video tool science writing lock
award-medal face-smiling face-affection face-tongue face-hand face-neutral-skeptical face-sleepy face-unwell
face-hat face-glasses face-concerned face-negative emotion hand-fingers-open hand-fingers-partial hand-single-finger
hand-fingers-closed hands hand-prop body-parts dishware place-map place-geographic place-building place-religious
place-other transport-ground sky-weather event game arts-crafts clothing sound music phone computer book-paper money
mail office medical household other-object
`.trim().split(/\s+/));

/** Labels (in slug form) taken from the other subgroups: people without their doubles by gender, some signs. */
export const CHOSEN = new Set(`
baby boy girl man woman person old-man old-woman santa-claus mrs-claus baby-angel ninja prince princess guard
detective police-officer construction-worker astronaut pilot artist singer scientist cook farmer teacher student
judge firefighter mechanic troll woman-dancing man-dancing snowboarder skier person-running person-walking
person-surfing person-swimming person-biking person-juggling footprints bellhop-bell luggage hourglass-done
hourglass-not-done watch alarm-clock stopwatch timer-clock mantelpiece-clock warning no-entry prohibited radioactive
biohazard up-arrow right-arrow down-arrow left-arrow peace-symbol yin-yang infinity recycling-symbol cross-mark
check-mark red-exclamation-mark red-question-mark sparkle trident-emblem child person-blond-hair person-beard
person-red-hair person-curly-hair person-white-hair person-bald person-frowning person-pouting person-gesturing-no
person-gesturing-ok person-tipping-hand person-raising-hand deaf-person person-bowing person-facepalming
person-shrugging health-worker factory-worker office-worker technologist person-with-crown person-wearing-turban
person-with-skullcap woman-with-headscarf person-in-tuxedo person-with-veil pregnant-woman breast-feeding superhero
supervillain mage fairy vampire merperson mermaid merman elf genie zombie hairy-creature person-getting-massage
person-getting-haircut person-standing person-kneeling person-with-white-cane person-in-motorized-wheelchair
person-in-manual-wheelchair ballet-dancer person-in-suit-levitating people-with-bunny-ears person-in-steamy-room
person-climbing person-fencing horse-racing person-golfing person-rowing-boat person-bouncing-ball
person-lifting-weights person-mountain-biking person-cartwheeling people-wrestling person-playing-water-polo
person-playing-handball person-in-lotus-position person-taking-bath person-in-bed woman-and-man-holding-hands kiss
couple-with-heart family speaking-head bust-in-silhouette busts-in-silhouette people-hugging fingerprint
wheelchair-symbol potable-water litter-in-bin-sign baby-symbol children-crossing no-smoking no-bicycles no-littering
no-pedestrians no-mobile-phones no-one-under-eighteen atom-symbol om star-of-david wheel-of-dharma latin-cross
orthodox-cross star-and-crescent menorah khanda play-button pause-button stop-button record-button
fast-forward-button shuffle-tracks-button repeat-button antenna-bars bright-button cinema multiply plus minus divide
heavy-equals-sign double-exclamation-mark exclamation-question-mark heavy-dollar-sign currency-exchange
medical-symbol fleur-de-lis name-badge japanese-symbol-for-beginner hollow-red-circle check-mark-button
cross-mark-button check-box-with-check curly-loop eight-pointed-star splatter clockwise-vertical-arrows female-sign
male-sign
`.trim().split(/\s+/));

/** Labels left out of the subgroups taken whole: twins in another size, the rude finger. */
export const LEFT_OUT = new Set(`
small-orange-diamond small-blue-diamond black-small-square white-small-square black-medium-square
white-medium-square black-medium-small-square white-medium-small-square radio-button white-square-button
black-square-button diamond-with-a-dot grinning-cat-with-smiling-eyes middle-finger love-hotel japanese-post-office
chart-increasing-with-yen speaker-medium-volume mountain-cableway motor-boat
`.trim().split(/\s+/));

/** Names by hand: "label=what people say|or say". */
const SHORT_TEXT = `
red apple=apple; automobile=car; oncoming automobile=car front; sport utility vehicle=suv
soccer ball=ball|soccer ball|football; locomotive=steam train|train; high speed train=fast train
racing car=race car|formula one car; articulated lorry=lorry|big truck; delivery truck=truck|van
pickup truck=pickup; airplane=plane|aeroplane; flying saucer=ufo; red heart=heart|love heart
wrapped gift=present|gift|gift box; hamburger=burger; french fries=fries|chips
hot beverage=coffee|cup of coffee|tea|cup; glass of milk=milk; beer mug=beer; wine glass=wine; doughnut=donut
soft ice cream=ice cream cone; birthday cake=cake; glowing star=shiny star; pile of poo=poo|poop; robot=robot head
evergreen tree=pine tree|fir tree; deciduous tree=tree; honeybee=bee; lady beetle=ladybug|ladybird
mobile phone=phone|smartphone; light bulb=bulb|lightbulb; gem stone=gem|diamond|jewel; money bag=bag of money
dollar banknote=money|dollar|cash; closed book=book; alarm clock=clock; bicycle=bike; motor scooter=scooter
high voltage=lightning|lightning bolt|bolt; droplet=water drop|drop of water|drop; fire=flame
t rex=dinosaur|tyrannosaurus; sauropod=long dinosaur|brontosaurus; jack o lantern=pumpkin|halloween pumpkin
santa claus=santa; person running=runner|man running; person walking=walker|man walking
woman dancing=dancer|dancing woman; ear of corn=corn|maize; eggplant=aubergine; tangerine=orange fruit|mandarin
soap=bar of soap; grinning face=smiley|happy face|smiling emoji
smiling face with sunglasses=cool face|face sunglasses; angry face=mad face; crying face=sad face
face with tears of joy=laughing face; smiling face with heart eyes=love face; loudly crying face=sobbing face
rolling on the floor laughing=rofl face; globe showing europe africa=earth|globe|world
globe showing americas=america globe; ringed planet=planet|saturn; sun=shining sun; musical note=note|music note
saxophone=sax; american football=rugby ball; tennis=tennis ball; baseball=base ball; pool 8 ball=eight ball
game die=dice|die; teddy bear=teddy; video game=game controller|gamepad; t shirt=shirt|tshirt
running shoe=sneaker|shoe; top hat=hat; crown=king crown; umbrella=open umbrella; snowman without snow=snow man
cat face=cat head|kitty; dog face=dog head|puppy; hatching chick=chick egg; baby chick=chick; panda=panda bear
frog=frog face; pig=whole pig; spouting whale=happy whale; blowfish=puffer fish; spiral shell=shell|seashell
blossom=flower; mushroom=toadstool; hot pepper=chili|chilli; fire engine=fire truck; police car=cop car; taxi=cab
tractor=farm tractor; sailboat=sailing boat|boat; speedboat=motorboat; passenger ship=cruise ship
rocket=space rocket|spaceship; electric plug=plug; laptop=notebook computer; desktop computer=computer|pc
television=tv; movie camera=film camera; fork and knife=cutlery; wrench=spanner; locked=lock|padlock
hammer=claw hammer; axe=hatchet; magnet=horseshoe magnet; envelope=letter|mail; trophy=cup trophy
sports medal=medal|gold medal; alien=alien face; rabbit=bunny; rabbit face=bunny face; honey pot=honey
crescent moon=moon; sun with face=sun face; house=home; red circle=red dot|red disc; blue circle=blue dot|blue disc
blue square=blue box; red square=red box; green square=green box; yellow square=yellow box; pizza=pizza slice
bread=loaf of bread; cheese wedge=cheese; crocodile=alligator; unicorn=unicorn head; lion=lion face; bear=bear face
fox=fox face; wolf=wolf face; koala=koala bear; duck=mallard; clinking beer mugs=beers|cheers
cocktail glass=cocktail|martini; avocado=half avocado; cookie=biscuit; cupcake=muffin; wastebasket=trash can|bin
window=house window; person surfing=surfer; person swimming=swimmer; person biking=cyclist|biker
magnifying glass tilted left=magnifying glass|magnifier; magnifying glass tilted right=magnifying lens
motorcycle=motorbike; horse face=horse head; cow face=cow head; pig face=pig head|piglet; tiger face=tiger head
mouse face=mouse head; monkey face=monkey head; dragon face=dragon head; see no evil monkey=shy monkey
stop sign=stop; no entry=no entry sign; hundred points=hundred|100; collision=explosion|boom; musical keyboard=piano
smiling face with open hands=hugging face; thinking face=pondering face; exploding head=mind blown
enraged face=furious face; face with steam from nose=huffing face; face vomiting=vomiting face
nauseated face=sick face; sleeping face=asleep face; beaming face with smiling eyes=grin|beaming face
grinning face with big eyes=big smile; grinning face with sweat=sweating smile; hot face=sweating face
cold face=freezing face; star struck=starry eyes; partying face=party face; winking face=wink
face with medical mask=masked face; dotted line face=invisible face; nerd face=nerd; zany face=crazy face|goofy face
cowboy hat face=cowboy; clown face=clown; smiling face with horns=devil; angry face with horns=angry devil
alien monster=space invader|pixel alien; raised hand=high five|stop hand; waving hand=hand waving
backhand index pointing right=finger pointing right; backhand index pointing left=finger pointing left
backhand index pointing up=finger pointing up; backhand index pointing down=finger pointing down
vulcan salute=spock hand; flexed biceps=biceps|strong arm|muscle; clapping hands=applause|clapping
folded hands=praying hands; victory hand=peace hand; thumbs up=like; mechanical arm=robot arm
mechanical leg=robot leg; writing hand=hand writing; pinched fingers=italian hand; person beard=bearded man|beard
person bald=bald person|bald man; person raising hand=raised hand person; person shrugging=shrug
person facepalming=facepalm; person bowing=bowing person; person with crown=royal person
person in tuxedo=groom|man in suit; person with veil=bride; person in motorized wheelchair=electric wheelchair user
person in manual wheelchair=wheelchair user; person lifting weights=weight lifting; person golfing=golfer
person rowing boat=rower; person bouncing ball=basketball player; person mountain biking=mountain biker
person cartwheeling=gymnast; people wrestling=wrestlers; person playing water polo=water polo player
person playing handball=handball player; person juggling=juggler; person in lotus position=meditating person|yoga
person taking bath=person in bathtub; person in bed=sleeping person; woman and man holding hands=couple
couple with heart=lovers; person climbing=climber; horse racing=jockey|horse rider
people with bunny ears=bunny girls; person getting haircut=haircut; person in suit levitating=floating man
breast feeding=mother with baby; mage=wizard; merperson=merfolk; police officer=policeman; firefighter=fireman
cook=chef; bust in silhouette=silhouette; busts in silhouette=two silhouettes; speaking head=talking head
black bird=crow|raven|blackbird; phoenix=firebird; orca=killer whale; goat=billy goat; ram=sheep with horns
ewe=sheep; two hump camel=bactrian camel; hippopotamus=hippo; chipmunk=squirrel; front facing baby chick=front chick
leafless tree=bare tree; four leaf clover=lucky clover; maple leaf=autumn leaf; potted plant=houseplant
sheaf of rice=rice plant; ginger root=ginger; pea pod=peas; steaming bowl=ramen|noodles|noodle soup
cooking=frying pan|fried egg; cooked rice=bowl of rice|rice; meat on bone=meat; cut of meat=steak
poultry leg=chicken leg|drumstick; green salad=salad; fried shrimp=prawn; takeout box=noodle box
cup with straw=soda|soft drink; teacup without handle=green tea|teacup; bottle with popping cork=champagne
clinking glasses=champagne glasses; pouring liquid=pouring glass; tumbler glass=whisky|whiskey
fork and knife with plate=dinner plate|plate; globe showing asia australia=asia globe
globe with meridians=wire globe|internet; snow capped mountain=snowy mountain; beach with umbrella=beach
desert island=island; building construction=construction site|crane; derelict house=old house|haunted house
house with garden=cottage; office building=skyscraper; classical building=greek temple; circus tent=circus
hot springs=hot spring; carousel horse=carousel; cityscape=city; bridge at night=bridge
night with stars=city at night; sunrise over mountains=mountain sunrise; bullet train=shinkansen
light rail=light train; horizontal traffic light=traffic light
vertical traffic light=stoplight|upright traffic light; police car light=siren; railway track=railroad
manual wheelchair=wheelchair; motorized wheelchair=electric wheelchair; ring buoy=life buoy|lifebuoy
airplane departure=plane taking off; airplane arrival=plane landing; aerial tramway=cable car|gondola
hourglass done=hourglass; hourglass not done=running hourglass; first quarter moon=half moon
sun behind cloud=partly cloudy|sun and cloud; cloud with rain=rain cloud|rain; cloud with snow=snow cloud
cloud with lightning=storm cloud; cloud with lightning and rain=thunderstorm; wind face=wind
umbrella on ground=beach umbrella; umbrella with rain drops=umbrella in rain; shooting star=falling star
water wave=wave|ocean wave; carp streamer=koi flag; red envelope=lucky envelope; reminder ribbon=awareness ribbon
1st place medal=first place medal; 2nd place medal=silver medal; 3rd place medal=bronze medal
bullseye=dartboard|dart|target; bowling=bowling ball; ice hockey=hockey; ping pong=table tennis; boxing glove=boxing
goal net=goal; flag in hole=golf; diving mask=snorkel; flying disc=frisbee; nesting dolls=matryoshka|russian dolls
mirror ball=disco ball; performing arts=theater masks; framed picture=painting; artist palette=palette|paint palette
puzzle piece=jigsaw; joker=joker card; billed cap=cap|baseball cap; rescue workers helmet=safety helmet
military helmet=army helmet; hair pick=comb; prayer beads=beads; thong sandal=flip flop; womans boot=boot
womans sandal=sandal; womans hat=sun hat; womans clothes=blouse; one piece swimsuit=swimsuit; folding hand fan=fan
speaker high volume=speaker|loud speaker; muted speaker=mute; bell with slash=muted bell; studio microphone=mic
control knobs=knobs; level slider=slider; long drum=conga; videocassette=vhs tape|video tape; film frames=film strip
red paper lantern=lantern|paper lantern; diya lamp=oil lamp; page facing up=page|document
page with curl=curled page; rolled up newspaper=rolled newspaper; money with wings=flying money
package=box|parcel|cardboard box; postbox=mailbox; ballot box with ballot=ballot box
chart increasing=rising chart|growth chart; chart decreasing=falling chart; bar chart=chart; straight ruler=ruler
triangular ruler=set square; file cabinet=filing cabinet; memo=note; black nib=pen nib; bow and arrow=bow
carpentry saw=saw; nut and bolt=nut|screw nut; balance scale=scales; white cane=blind cane; crossed swords=swords
hammer and wrench=tools; drop of blood=blood drop|blood; adhesive bandage=bandage|plaster; couch and lamp=couch|sofa
roll of paper=toilet paper; mouse trap=mousetrap; shopping cart=trolley; headstone=gravestone|tombstone
nazar amulet=evil eye; moai=easter island head; identification card=id card; cross mark=x mark; check mark=tick
red question mark=question mark; red exclamation mark=exclamation mark; prohibited=forbidden sign
recycling symbol=recycling; peace symbol=peace sign; warning=warning sign; anatomical heart=real heart|human heart
heart with ribbon=heart gift; heart with arrow=cupid heart; heart on fire=burning heart; broken heart=heartbreak
sparkling heart=shiny heart; speech balloon=speech bubble; thought balloon=thought bubble; fight cloud=dust cloud
dashing away=puff of air; kiss mark=lips|lipstick kiss; telephone receiver=handset
satellite antenna=satellite dish|dish; computer mouse=pc mouse; optical disk=cd; computer disk=minidisc
mobile phone with arrow=phone with arrow; baby bottle=milk bottle; candy=sweet; ice=ice cube; shaved ice=snow cone
bowl with spoon=cereal; pot of food=stew|soup; shallow pan of food=paella; oden=skewer; spaghetti=pasta
stuffed flatbread=kebab; brown mushroom=champignon; leafy green=lettuce; root vegetable=radish|beet
roller coaster=rollercoaster; toilet=loo; plunger=toilet plunger; locked with key=lock with key
locked with pen=lock with pen; unlocked=open lock; dagger=knife; trident emblem=trident; wheel of dharma=ship wheel
construction=roadblock
`;
export const SHORT = new Map(
  SHORT_TEXT.trim().split(/;\s|\n/).map((entry) => {
    const [label, names] = entry.split('=');
    return [label, names.split('|')];
  }),
);

/** Tags of emojibase that name a thing; one that several things share is not used. */
export const TAGS = new Set(`
liar pinocchio cowgirl geek imp gamer shaka nurse therapist graduate instructor lecturer professor gardener rancher
electrician architect manager engineer mathematician physicist coder developer inventor rockstar entertainer cop
sleuth monarch hijab hero villain sorcerer sorceress pixie dracula neptune triton merwoman djinn jinn
bigfoot yeti sasquatch sauna fencer weightlifter lifter yogi ape moose elk sow snout lamb
dromedary alpaca grizzly joey cygnet plumage peahen geese gander terrapin tortoise reptile serpent
brachiosaurus diplodocus conch reef shellfish bumblebee grasshopper roach earthworm amoeba lavender lilac sapling
grape cantaloupe bilberry blueberry capsicum kale peanut edamame turnip loaf naan pita pancake porkchop hotdog
sausage frankfurter gyro falafel porridge oatmeal tempura potsticker icecream pudding boba scotch pint ale jug
avalanche mudslide boulder log timber yurt subway highway road tire beacon lifesaver yacht jet copter
ropeway suitcase whirlwind hurricane typhoon dynamite thunderbolt babushka spool rope eyeglasses trousers
pouch rucksack bookbag slipper stiletto necklace squeezebox concertina monitor camcorder torch
invoice tag garbage trash rolodex ax archery cog cogwheel xray shampoo sunscreen moisturizer grave tomb talisman
candelabrum tophat sleigh toboggan sledge shuttlecock puck judo karate casino theater theatre grandpa
grandfather grandma grandmother granny son daughter policeman squirrel hippo ghost wrap parcel crane wizard
spaghetti noodle ramen tornado windmill loot pounds
`.trim().split(/\s+/));

export const MOST_ALIASES = 4;

/** Sets name and aliases of every emoji ({ label in slug form, tags }); no two share a name. */
export function nameAll(emojis) {
  const nameOf = ({ label }) => label.replace(/-/g, ' ');
  const taken = new Set(emojis.map(nameOf));
  const uses = new Map();
  for (const { tags } of emojis) for (const tag of new Set(tags)) uses.set(tag, (uses.get(tag) ?? 0) + 1);
  const claim = (alias) => {
    const free = !taken.has(alias);
    taken.add(alias);
    return free;
  };
  const byHand = emojis.map((emoji) => (SHORT.get(nameOf(emoji)) ?? []).filter(claim));
  return emojis.map((emoji, index) => {
    const tags = emoji.tags.filter((tag) => TAGS.has(tag) && uses.get(tag) === 1).filter(claim);
    return { name: nameOf(emoji), aliases: [...byHand[index], ...tags].slice(0, MOST_ALIASES) };
  });
}

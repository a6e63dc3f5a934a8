"""Questions to check oneself with, after lesson {{images_unseen}}."""

from fl_course.exercises.questions import Choice, Question

QUESTIONS = (
    Question(
        id="one_heap_of_devices",
        text="Suppose that the histogram had shown one heap, with all devices between 50 and "
        "60 %. The devices are split in the middle of the heap, and each half trains a GAN. What "
        "is to be expected of the two?",
        choices=(
            Choice(
                "only the lower half's images show the fault, as in the lesson",
                "In the lesson one group had the fault and the other had not. Ask what a single "
                "heap says about who has it.",
            ),
            Choice(
                "both halves' images are much alike, and no difference stands out",
                "One heap says that all devices have the fault a little. Two such GANs show what "
                "their groups differ in, and these two groups do not differ in the fault.",
                right=True,
            ),
            Choice(
                "neither half's images can be made, as the model reads too little",
                "The model that reads the digits has no part in training a GAN. Look at what goes "
                "into `client_discriminator`.",
            ),
            Choice(
                "both halves' images show it more clearly, as all devices have it",
                "What stood out in the lesson was the difference of two groups. If all devices "
                "have the fault, ask what its images are to be compared with.",
            ),
        ),
    ),
    Question(
        id="type_that_goes_up",
        text="A colleague has changed the GAN's round; the two networks are those of the lesson. "
        "What the clients send now has the type "
        "`<float32[26,64],float32[64],float32[64,100],float32[100]>`. What goes up?",
        choices=(
            Choice(
                "an update of the discriminator",
                "A discriminator takes in an image, 784 pixels, and has a score for each of ten "
                "labels. Compare the first and the last of the arrays.",
            ),
            Choice(
                "a batch of the generator's images",
                "Images would be rows of 784 pixels, and no array has such rows. Read the arrays "
                "in pairs: the kernel and the bias of a layer.",
            ),
            Choice(
                "a batch of the device's own images",
                "A batch would have an unknown number of rows, of 784 pixels each, and labels "
                "beside them. Ask which layer each of these arrays belongs to.",
            ),
            Choice(
                "an update of the generator",
                "26 numbers go in: 16 random ones and the label as ten. In the lesson this "
                "network only goes down, and no client trains it.",
                right=True,
            ),
        ),
        shown_by=(
            "computations",
            "down: <float32[26,64],float32[64],float32[64,100],float32[100]> too",
        ),
    ),
    Question(
        id="missing_from_the_pictures",
        text="Among 1,000 images that the GAN of the high group has made, there is no 7 with a "
        "bar through its stem. What can be concluded from that?",
        choices=(
            Choice(
                "the generator makes hardly any, and the devices may have many",
                "A GAN can leave out what the data have, as it left out the inverted images. To "
                "know how many devices have such a 7, ask for counts.",
                right=True,
            ),
            Choice(
                "the devices of this group have hardly any among their images",
                "The third GAN made no inverted image at all. Look up how many of its devices had "
                "nothing but inverted images.",
            ),
            Choice(
                "such a 7 is found on fewer than 36 % of this group's devices",
                "Of 36 % of the devices nothing was seen in the third GAN. But this was one case, "
                "and it does not say that more would have been seen.",
            ),
            Choice(
                "the discriminators of this group have never been shown one",
                "Devices with inverted images took part in the training of the third GAN. Ask "
                "whether a generator has to make all that a discriminator has seen.",
            ),
        ),
        shown_by=("unsplit", "made images that are inverted: 0 %"),
    ),
    Question(
        id="more_generator_steps",
        text="A GAN was trained with clipping and noise. Afterwards the server trains its "
        "generator for a thousand steps more, against the last discriminator that it has. What "
        "does this do to the epsilon that was promised?",
        choices=(
            Choice(
                "it grows with each step, as it does with each round",
                "In each round the devices are asked for updates. Look at the arguments of "
                "`train_generator`: which of them holds anything new of a device?",
            ),
            Choice(
                "it grows once, as the discriminator is used again",
                "The discriminator was released with noise, and this was counted in its round. "
                "Read again what the lesson says of after-work.",
            ),
            Choice(
                "it stays as it is, as no step asks for any data",
                "The steps are after-work on what was released with noise. For the same reason "
                "the six steps of the generator in each round cost nothing.",
                right=True,
            ),
            Choice(
                "it gets smaller, as the steps blur what was learned",
                "The discriminator was released as it is, and whoever has it can go on from it in "
                "another way. Ask what these steps take back of that.",
            ),
        ),
    ),
    Question(
        id="fault_that_outlasts_noise",
        text="Think of four other faults, each on all devices of the low group. Which one would "
        "you most expect to see in the made images with a noise multiplier of 1.0?",
        choices=(
            Choice(
                "each 4 is mirrored, left to right",
                "A tenth of the images have this fault, and it is one of a digit's shape. Look at "
                "what suffered in the lesson with this noise.",
            ),
            Choice(
                "one image in ten is upside down",
                "What a tenth of the images have is a small part of each update. Even without "
                "noise, a GAN tends to leave out what is rare.",
            ),
            Choice(
                "each 7 has one pixel that is white",
                "This is a single pixel in a tenth of the images, far less than a digit's shape. "
                "Look at what suffered in the lesson with this noise.",
            ),
            Choice(
                "each image is half as bright all over",
                "Like the inversion, it touches all pixels of all images: it is in every update, "
                "and adds up in the sum. What a few images have drowns sooner.",
                right=True,
            ),
        ),
        shown_by=("private", "noise 1.0: inverted 100 %, read when turned back about 60 %"),
    ),
)

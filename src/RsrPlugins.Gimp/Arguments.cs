// The arguments of both procedures: what the dialog asks and what scripts may give. Everything has a default, so a script names only
// what it wants otherwise. Underlined letters differ from each other and from those of the dialog's buttons (Load, Save, Reset, Cancel,
// and Upscale or Downscale).
using RsrPlugins.Core.Imaging;
using RsrPlugins.Core.Refinement;
using RsrPlugins.Gimp.Interop;

namespace RsrPlugins.Gimp;

internal static class Arguments
{
    /// <summary>Declares them, in the order in which the dialog shows them.</summary>
    public static void Add(nint procedure, bool enlarge)
    {
        AddChoice(
            procedure,
            ArgumentNames.Part,
            "Resi_ze",
            "What is resized",
            "image",
            [
                ("image", "The whole image", "Canvas, layers, masks, channels, selection, paths and guides"),
                ("layer", "The selected layers", "About their centres; the canvas stays as it is"),
                ("selection", "The selection, into a new layer", "What is selected of the active layer"),
            ]
        );
        AddChoice(
            procedure,
            ArgumentNames.Scale,
            "Sc_ale",
            "How many times",
            "2",
            [
                .. ((string[])["2", "3", "4"]).Select(scale => (scale, enlarge ? $"× {scale}" : $"1 / {scale}", string.Empty)),
                (ResizeOptions.ExactSize, "To an exact size", "Learned steps to the next larger size, then one bicubic step"),
            ]
        );
        LibGimp.gimp_procedure_add_int_argument(
            procedure,
            ArgumentNames.Width,
            "_Width",
            "Pixels, for an exact size; 0: in proportion to the height",
            0,
            LibGimp.MaxImageSize,
            0,
            LibGimp.ReadWrite
        );
        LibGimp.gimp_procedure_add_int_argument(
            procedure,
            ArgumentNames.Height,
            "Hei_ght",
            "Pixels, for an exact size; 0: in proportion to the width",
            0,
            LibGimp.MaxImageSize,
            0,
            LibGimp.ReadWrite
        );
        if (enlarge)
        {
            AddChoice(
                procedure,
                ArgumentNames.Source,
                "Image _is",
                "Where the image comes from, which decides the weights",
                "auto",
                [
                    ("auto", "Automatic", "Each layer as it remembers: made by Learned Downscale, or ordinary"),
                    ("photo", "A photograph", "Any ordinary image"),
                    ("drawing", "A drawing", "The same weights as for a photograph"),
                    ("pixel", "Pixel art", "Every pixel becomes a block with hard edges"),
                    ("learned", "Made by Learned Downscale", "Or by 'rsr downscale'"),
                ]
            );
            AddChoice(
                procedure,
                ArgumentNames.Cleanup,
                "Clea_n up",
                "Whether JPEG blocks, ringing and noise are removed; some fine texture is removed with them",
                "auto",
                [
                    ("auto", "Automatic", "By the quality of the JPEG file that the image comes from; otherwise nothing"),
                    ("off", "Nothing", string.Empty),
                    ("low", "A little", "The mean of the results with and without clean-up"),
                    ("high", "As much as can be", string.Empty),
                ]
            );
            LibGimp.gimp_procedure_add_int_argument(
                procedure,
                ArgumentNames.Strength,
                "S_trength",
                "Percentage of the network's image in the result; the rest is a classical enlargement. 0: no network runs",
                0,
                PixelBlend.Whole,
                PixelBlend.Whole,
                LibGimp.ReadWrite
            );
            AddChoice(
                procedure,
                ArgumentNames.StrengthUse,
                "Ta_ke it",
                "If a layer's pixels show that it was reduced without antialiasing or was sharpened, the network's detail is less reliable",
                ArgumentNames.AtMost,
                [
                    (ArgumentNames.AtMost, "As far as a layer bears it", "Lower where a layer's pixels show that less is closer to the truth"),
                    ("exact", "Exactly", "Whatever the layer is"),
                ]
            );
            LibGimp.gimp_procedure_add_string_argument(
                procedure,
                ArgumentNames.Model,
                "_Model",
                "Only this network, by its name in 'rsr models list'; empty: chosen by the image",
                string.Empty,
                LibGimp.ReadWrite
            );
        }
        else
        {
            LibGimp.gimp_procedure_add_int_argument(
                procedure,
                ArgumentNames.Effort,
                "_Effort",
                "Passes that correct the small image so that more can be restored; 10 to 20 are worth their time",
                0,
                LumaRefiner.MaxPasses,
                0,
                LibGimp.ReadWrite
            );
        }

        AddChoice(
            procedure,
            ArgumentNames.Device,
            "Com_pute on",
            "What the networks run on",
            "auto",
            [
                ("auto", "Automatic", "A GPU if DirectML finds one, otherwise the processor"),
                ("cpu", "The processor", string.Empty),
                ("directml", "A GPU (DirectML)", "Windows only"),
            ]
        );
    }

    private static void AddChoice(
        nint procedure,
        string name,
        string label,
        string blurb,
        string value,
        IReadOnlyList<(string Nick, string Label, string Help)> choices
    )
    {
        nint choice = LibGimp.gimp_choice_new();
        for (int i = 0; i < choices.Count; i++)
        {
            LibGimp.gimp_choice_add(choice, choices[i].Nick, i, choices[i].Label, choices[i].Help);
        }

        LibGimp.gimp_procedure_add_choice_argument(procedure, name, label, blurb, choice, value, LibGimp.ReadWrite);
    }
}

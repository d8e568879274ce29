// What all tiles of pictures of one size share: tables, the steps that need no buffers, and what follows from how far each step looks.
// Nothing here is a number of its own: a step that is added or changed states its reach, and the sums below change with it.
using RsrPlugins.Core.Colour;
using RsrPlugins.Core.Models;
using RsrPlugins.Core.Resampling;
using RsrPlugins.Core.Tiling;

namespace RsrPlugins.Core.Resizing;

/// <summary>Steps and margins for pictures of one size through one network. Immutable.</summary>
internal sealed class PictureGeometry
{
    /// <param name="shape">The model's own shape: what its pixels depend on is the same on every engine.</param>
    /// <param name="width">Of the picture, pixels.</param>
    /// <param name="height">Of the picture, pixels.</param>
    /// <param name="options">Which steps there are.</param>
    public PictureGeometry(NetworkShape shape, int width, int height, ColourOptions options)
    {
        (Width, Height) = (width, height);
        (ExtendedWidth, ExtendedHeight) = (shape.Extended(width), shape.Extended(height));
        Kernel = new KernelTables(
            shape.Reduces ? options.ReducingKernel : options.EnlargingKernel,
            ExtendedWidth,
            ExtendedHeight,
            shape.Factor,
            shape.Reduces
        );
        AlphaBounds = new AlphaBounds(shape.Factor, shape.Reduces, ExtendedWidth, ExtendedHeight);
        GuidesChroma = !shape.Reduces && options.GuideChroma;

        // Luma: the network; the other two read what it reads. Colour: the guide fits source pixels, and the kernel reads what was fitted.
        Reach network = new Reach(shape.Halo);
        BoundsOvershoot = !shape.Reduces && shape.Factor > 1 && options.BoundOvershoot && network.Pixels >= OvershootBound.Reach.Pixels;
        Reach luma = Reach.Max(network, BoundsOvershoot ? OvershootBound.Reach : Reach.None);
        Reach colour = Kernel.Reach + Guide;

        // The fill has to give every pixel that is read for a visible output pixel the colour of what makes that visible: from one end of
        // the cell, or from what the alpha's bounds look at beside it, to the last pixel read beyond the other end.
        Reach acrossCell = new Reach(shape.InputStep - 1);
        Fill = new Reach((Reach.Max(luma, colour) + AlphaBounds.Reach + acrossCell).Pixels + options.FillRadiusChange);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Width with the repeated columns that make it whole blocks of the network.</summary>
    public int ExtendedWidth { get; }

    /// <summary>Height with the repeated rows that make it whole blocks of the network.</summary>
    public int ExtendedHeight { get; }

    public KernelTables Kernel { get; }

    public AlphaBounds AlphaBounds { get; }

    /// <summary>Whether colour is sharpened by the network's luma.</summary>
    public bool GuidesChroma { get; }

    /// <summary>Whether luma is held near flat surfaces: only where the network looks as far as the bound does, so that a tile has the
    /// pixels.</summary>
    public bool BoundsOvershoot { get; }

    /// <summary>How far a visible pixel gives its colour to transparent ones.</summary>
    public Reach Fill { get; }

    /// <summary>What the fit of colour to luma reads beyond the pixels the kernel reads.</summary>
    private Reach Guide => GuidesChroma ? ChromaGuide.Reach : Reach.None;

    /// <summary>The source pixels whose colour and alpha a tile is made of, once transparent ones are filled.</summary>
    /// <param name="planned">The tile.</param>
    /// <param name="kernelSource">What the kernel reads for it.</param>
    /// <param name="hasColour">The picture has colour.</param>
    /// <param name="hasAlpha">The picture may be transparent somewhere.</param>
    public TileRect Core(PlannedTile planned, TileRect kernelSource, bool hasColour, bool hasAlpha)
    {
        TileRect core = planned.Source;
        if (hasColour)
        {
            core = core.Union(Guide.Around(kernelSource, ExtendedWidth, ExtendedHeight));
        }

        return hasAlpha ? core.Union(kernelSource).Union(AlphaBounds.SourceOf(planned.Tile)) : core;
    }

    /// <summary>What a tile reads of the picture: the core, and where it may be transparent what the fill takes colours from.</summary>
    public TileRect Window(TileRect core, bool hasAlpha) => hasAlpha ? Fill.Around(core, ExtendedWidth, ExtendedHeight) : core;
}
